/* transcripts.h - rows of test_psi_transcripts.c, printed by it: form, protocol, malicious, items of each, bytes that
 * each party sends, a hash of them. */
{"ecdh", SMPC_PSI_ECDH, false, 300, {9664, 12064}, {0x5f4a2f91fe61f1d6, 0x893e2ff096a0a4e9}},
{"vole", SMPC_PSI_VOLE, false, 3000, {242032, 138752}, {0x9f08fbb9e92a8c8, 0x18c0535341f6f8df}},
{"vole, malicious", SMPC_PSI_VOLE, true, 3000, {475488, 167008}, {0x92bcafc6b01d545a, 0x6399fb69f1a5e8bf}},
