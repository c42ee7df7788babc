/* transcripts.h - rows of test_psi_transcripts.c, printed by it: form, protocol, malicious, items of each, bytes that
 * each party sends, a hash of them. */
{"ecdh", SMPC_PSI_ECDH, false, 300, {9664, 12064}, {0xdc272a47c3ce942a, 0x524f2925a56a87b6}},
{"vole", SMPC_PSI_VOLE, false, 3000, {242032, 138752}, {0xcdaaa2a94e9ed173, 0x2bf92668c323df54}},
{"vole, malicious", SMPC_PSI_VOLE, true, 3000, {475488, 167008}, {0x581808066b436a39, 0x5879f3c76c0e8c0e}},
