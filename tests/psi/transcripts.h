/* transcripts.h - rows of test_psi_transcripts.c, printed by it: form, protocol, malicious, items of each, bytes that
 * each party sends, a hash of them. */
{"ecdh", SMPC_PSI_ECDH, false, 300, {9664, 12064}, {0xf26af4b93a1ed637, 0xbef9a68542750300}},
{"vole", SMPC_PSI_VOLE, false, 3000, {242032, 138752}, {0xcf788761ce3d0589, 0x964e0579fa43315}},
{"vole, malicious", SMPC_PSI_VOLE, true, 3000, {475488, 167008}, {0x861b33c222dd28d8, 0x555d2add63b467d3}},
