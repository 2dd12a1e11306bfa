// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Test vectors of the Noise protocol framework for the two patterns that are
 * used here. Public, in the format of cacophony, as carried by the snow
 * project in tests/vectors/cacophony.txt.
 */
#include "noise_vectors.h"

const struct noise_vector noise_vectors[NOISE_VECTORS] = {
	{
		.name = "Noise_XX_25519_ChaChaPoly_SHA256",
		.prologue = "4a6f686e2047616c74",
		.initiator_static =
			"e61ef991 9cde45dd 5f821664 04bd08e3 "
			"8bceb5df dfded0a3 4c8df7ed 542214d1",
		.initiator_ephemeral =
			"893e28b9 dc6ca8d6 11ab6647 54b8ceb7 "
			"bac51173 49a4439a 6b0569da 977c464a",
		.responder_static =
			"4a3acbfd b163dec6 51dfa319 4dece676 "
			"d437029c 62a408b4 c5ea9114 246e4893",
		.responder_ephemeral =
			"bbdb4cdb d309f1a1 f2e14569 67fe288c "
			"add6f712 d65dc7b7 793d5e63 da6b375b",
		.handshake_hash =
			"c8e5f64e 846193be 2a834104 c2a00986 "
			"8d6c9f3b d3c18629 9888b488 b2f1f58e",
		.messages = {
			{
				.payload =
					"4c756477 69672076 6f6e204d 69736573",
				.ciphertext =
					"ca35def5 ae56cec3 3dc20367 31ab1489 "
					"6bc4c75d bb07a61f 879f8e3a fa4c7944 "
					"4c756477 69672076 6f6e204d 69736573",
			},
			{
				.payload =
					"4d757272 61792052 6f746862 617264",
				.ciphertext =
					"95ebc60d 2b1fa672 c1f46a8a a265ef51 "
					"bfe38e7c cb39ec5b e34069f1 44808843 "
					"81cbad1f 276e038c 48378ffc e2b65285 "
					"e08d6b68 aaa3629a 5a863939 2490e5b9 "
					"bd5269c2 f1e4f488 ed883116 1f19b781 "
					"5528f898 2ffe09be 9b5c412f 8a0db50f "
					"8814c719 4e83f23d bd8d162c 9326ad",
			},
			{
				.payload =
					"462e2041 2e204861 79656b",
				.ciphertext =
					"c7195ffa cac1307f f99046f2 19750fc4 "
					"7693e23c 3cb08b89 c2af808b 444850a8 "
					"0ae475b9 df0f169a e80a89be 0865b57f "
					"58c9fea0 d4ec82a2 86427402 f113e4b6 "
					"ae769a1d 95941d49 b25030",
			},
			{
				.payload =
					"4361726c 204d656e 676572",
				.ciphertext =
					"96763ed7 73f8e47b b3712f0e 29b3060f "
					"fc956ffc 146cee53 d5e1df",
			},
			{
				.payload =
					"4a65616e 2d426170 74697374 65205361 "
					"79",
				.ciphertext =
					"3e40f15f 6f3a46ae 446b253b f8b1d9ff "
					"b6ed9b17 4d272328 ff91a7e2 e5c79c07 "
					"f5",
			},
			{
				.payload =
					"45756765 6e2042f6 686d2076 6f6e2042 "
					"61776572 6b",
				.ciphertext =
					"eb3f3515 110702e0 47a6c9da 4478b6ea "
					"d94873c1 1c0f2d71 0ddb3f09 fce024b3 "
					"a58502ae 3f",
			},
		},
	},
	{
		.name = "Noise_XXpsk3_25519_ChaChaPoly_SHA256",
		.prologue = "4a6f686e2047616c74",
		.psk =
			"54686973 20697320 6d792041 75737472 "
			"69616e20 70657273 70656374 69766521",
		.initiator_static =
			"e61ef991 9cde45dd 5f821664 04bd08e3 "
			"8bceb5df dfded0a3 4c8df7ed 542214d1",
		.initiator_ephemeral =
			"893e28b9 dc6ca8d6 11ab6647 54b8ceb7 "
			"bac51173 49a4439a 6b0569da 977c464a",
		.responder_static =
			"4a3acbfd b163dec6 51dfa319 4dece676 "
			"d437029c 62a408b4 c5ea9114 246e4893",
		.responder_ephemeral =
			"bbdb4cdb d309f1a1 f2e14569 67fe288c "
			"add6f712 d65dc7b7 793d5e63 da6b375b",
		.handshake_hash =
			"a477edf6 a131bbdb 54707f6e a30eab6c "
			"d935d9b5 60f0e5fd 1f053a95 a99669fb",
		.messages = {
			{
				.payload =
					"4c756477 69672076 6f6e204d 69736573",
				.ciphertext =
					"ca35def5 ae56cec3 3dc20367 31ab1489 "
					"6bc4c75d bb07a61f 879f8e3a fa4c7944 "
					"c9f5ff0e 8079630c b7e270c2 0bbf4808 "
					"21b77a38 4a645c71 a2fd9b3d b1c16a5f",
			},
			{
				.payload =
					"4d757272 61792052 6f746862 617264",
				.ciphertext =
					"95ebc60d 2b1fa672 c1f46a8a a265ef51 "
					"bfe38e7c cb39ec5b e34069f1 44808843 "
					"b123def1 7f71e6ae 8e57e0e1 dec5949c "
					"5f7415c6 f3351739 8747d821 a06dc23a "
					"d430aa1f d7381d46 195c378a 819fd574 "
					"425462cb b2d4ca33 9e738a0b 7001dc91 "
					"423fbf55 a99af0c6 f1df2101 2ceb2f",
			},
			{
				.payload =
					"462e2041 2e204861 79656b",
				.ciphertext =
					"52187316 111b118d 4c060364 f7b975dc "
					"0809b259 0779aff2 d63113c5 64f11744 "
					"493384db 7bf32d5a e6686df6 ab06d508 "
					"d2e07caa f1d6afc0 10b97873 5fc78900 "
					"e71ae1d3 14130d04 2e729a",
			},
			{
				.payload =
					"4361726c 204d656e 676572",
				.ciphertext =
					"eaedc672 d4c21e0e 29557587 56fb98f1 "
					"94c4e90d 5deb5b6c f30b27",
			},
			{
				.payload =
					"4a65616e 2d426170 74697374 65205361 "
					"79",
				.ciphertext =
					"522d543c 5fe799d0 9a3d9da7 ff54d0dc "
					"03c8af1d c7751d2f f708339d 2290943e "
					"98",
			},
			{
				.payload =
					"45756765 6e2042f6 686d2076 6f6e2042 "
					"61776572 6b",
				.ciphertext =
					"7d4e2c38 73eef6a2 13b04e72 f9df60a9 "
					"1666072d 3544c5d9 6c34a09e 2329b503 "
					"0bee7967 41",
			},
		},
	},
};
