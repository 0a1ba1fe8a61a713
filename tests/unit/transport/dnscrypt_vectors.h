/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Test vectors of the DNSCrypt draft of 18 July 2026 (draft-denis-dprive-dnscrypt-11, Appendix 2),
 * in hexadecimal. Section numbers are the draft's. */

/* 14.1 and 14.2 */
#define VECTOR_PROVIDER_SEED   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define VECTOR_RESOLVER_SECRET "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define VECTOR_CLIENT_SECRET   "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
#define VECTOR_CLIENT_MAGIC    "b1b2b3b4b5b6b7b8"
#define VECTOR_PROVIDER_KEY    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
#define VECTOR_RESOLVER_KEY    "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254"
#define VECTOR_CLIENT_KEY      "79a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51a"
#define VECTOR_SHARED_KEY      "335d32f2d65e6623cbbd05b6539c9575fee16cb5405fe839ab4bd291fdf13262"
#define VECTOR_QUERY           "12340100000100000000000003777777076578616d706c6503636f6d0000010001"
#define VECTOR_RESPONSE                                                                            \
    "12348180000100010000000003777777076578616d706c6503636f6d0000010001c00c0001000100000e1000045d" \
    "b8d822"

/* 14.3 and 14.4 */
#define VECTOR_START_S 0x68000000
#define VECTOR_END_S   0x68015180
#define VECTOR_CERTIFICATE                                                                         \
    "444e5343000200003a570ea17f47b80217977fbb455840bfd50ab32f5fbf2aab"                             \
    "c173a6a49b7a49ca55362a6c5dec47657cf515e9f99382a316dfecd964b94d1c"                             \
    "4659cac45961400c358072d6365880d1aeea329adf9121383851ed21a28e3b75"                             \
    "e965d0d2cd166254b1b2b3b4b5b6b7b8000000016800000068015180"
#define VECTOR_CERTIFICATE_QUERY                                                                   \
    "abcd0100000100000000000001320d646e7363727970742d636572740765786"                              \
    "16d706c6503636f6d0000100001"
#define VECTOR_CERTIFICATE_QUERY_OPT "00002910000000000001c8000c01c4"
#define VECTOR_CERTIFICATE_RESPONSE                                                                \
    "abcd8180000100010000000001320d646e7363727970742d6365727407657861"                             \
    "6d706c6503636f6d0000100001c00c0010000100015180007d7c444e53430002"                             \
    "00003a570ea17f47b80217977fbb455840bfd50ab32f5fbf2aabc173a6a49b7a"                             \
    "49ca55362a6c5dec47657cf515e9f99382a316dfecd964b94d1c4659cac45961"                             \
    "400c358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd"                               \
    "166254b1b2b3b4b5b6b7b8000000016800000068015180"

/* 14.5: padded to 256 bytes */
#define VECTOR_NONCE  "a0a1a2a3a4a5a6a7a8a9aaab"
#define VECTOR_PADDED 256
#define VECTOR_QUERY_PACKET                                                                        \
    "b1b2b3b4b5b6b7b879a631eede1bf9c98f12032cdeadd0e7a079398fc786b88c"                             \
    "c846ec89af85a51aa0a1a2a3a4a5a6a7a8a9aaab2dae527c26386d5cd4e61152"                             \
    "db6dd1812ff6aaf7644fc122afc70b1b580b18f10fbc26577abc759152cde31c"                             \
    "d0afc5c5f452f8654815469723300819bed5a12015c044b94d63ec1f79e48a23"                             \
    "968e437feb8bb8720cf4e60a0499746190c8b3eb83aeb0d858df77794270b861"                             \
    "f86644502be0d22d6f0b2b132e9ca68538300c8d68b8e3c48190cbbf96d602f3"                             \
    "8dfc3b4d642016ceeaf4bc2c2ded9483b9f9d4eed703a0bebc252add8822d4b9"                             \
    "152e30670bcde9ea75a0e3e67ea576e9b1262bb2b25b4f9432311b75a2238b34"                             \
    "bf4f868da182b85dccb1762a703bba31d04d77b4c57ec9039663959793677588"                             \
    "b3a74ae409b0f16374dd64cbd6d47d801725b014ce9ddaf6f1aa30688c8efcbf"                             \
    "de1d5d1d"

/* 14.6 */
#define VECTOR_RESPONSE_PACKET                                                                     \
    "7236666e76576a38a0a1a2a3a4a5a6a7a8a9aaabc0c1c2c3c4c5c6c7c8c9cacb"                             \
    "f2670995c6d37c2f8d2016029dd5970b893de83c02815ece9b48d9fd0b0dca87"                             \
    "41674142fbd8e12c1120b111f366326aa71c89823a2931ac5c860dad49685ed6"                             \
    "cc22cc13e829d2e51d1c00ea64d1d39d"
