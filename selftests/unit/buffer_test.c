// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "packet/buffer.h"
#include "packet/checksum.h"
#include "test.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7 };

static void read_in_order(void **state)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = sizeof(bytes) };

	(void)state;
	assert_int_equal(nhrp_read_u8(&reader), 0x01);
	assert_int_equal(nhrp_read_u16(&reader), 0x0203);
	assert_int_equal(nhrp_read_u32(&reader), 0x04050607);
	assert_int_equal(nhrp_reader_left(&reader), 0);
	assert_ptr_equal(nhrp_read_bytes(&reader, 0), bytes + 7);
	assert_false(reader.failed);
}

static void reading_beyond_the_end_fails_for_good(void **state)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = 3 };

	(void)state;
	assert_int_equal(nhrp_read_u32(&reader), 0);
	assert_true(reader.failed);
	assert_int_equal(nhrp_read_u8(&reader), 0);
	assert_int_equal(nhrp_read_u16(&reader), 0);
	assert_null(nhrp_read_bytes(&reader, 0));
	assert_int_equal(nhrp_reader_left(&reader), 0);
	assert_int_equal(reader.position, 0);
}

static void lengths_do_not_wrap(void **state)
{
	struct nhrp_reader reader = {
		.bytes = bytes,
		.end = sizeof(bytes),
		.position = 2,
	};
	uint8_t room[4];
	struct nhrp_writer writer = {
		.bytes = room,
		.size = sizeof(room),
		.position = 2,
	};

	(void)state;
	assert_null(nhrp_read_bytes(&reader, SIZE_MAX));
	nhrp_write_bytes(&writer, bytes, SIZE_MAX);
	assert_true(writer.failed);
}

static void write_in_order(void **state)
{
	uint8_t room[8] = { 0 };
	struct nhrp_writer writer = { .bytes = room, .size = 7 };

	(void)state;
	nhrp_write_u8(&writer, 0x01);
	nhrp_write_u16(&writer, 0xffff);
	nhrp_write_u32(&writer, 0x04050607);
	nhrp_write_u16_at(&writer, 1, 0x0203);
	assert_false(writer.failed);
	assert_memory_equal(room, bytes, sizeof(bytes));
	nhrp_write_u8(&writer, 0xff);
	assert_true(writer.failed);
	assert_int_equal(room[7], 0);
}

static void overwrite_only_what_was_written(void **state)
{
	uint8_t room[4] = { 0 };
	struct nhrp_writer writer = { .bytes = room, .size = sizeof(room) };

	(void)state;
	nhrp_write_u16(&writer, 1);
	nhrp_write_u16_at(&writer, 1, 2);
	assert_true(writer.failed);
	assert_int_equal(room[1], 1);
}

static void checksum_of_even_and_odd_lengths(void **state)
{
	/* RFC 1071 section 3's example and its first 7 bytes */
	static const uint8_t example[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7,
	};
	static const uint8_t ones[] = { 0xff, 0xff, 0xff };

	(void)state;
	assert_int_equal(nhrp_checksum(example, 8), 0x220d);
	assert_int_equal(nhrp_checksum(example, 7), 0x2304);
	assert_int_equal(nhrp_checksum(example, 0), 0xffff);
	assert_int_equal(nhrp_checksum(ones, 3), 0x00ff);
}

static void checksum_of_the_longest_packet(void **state)
{
	static uint8_t longest[65535];

	(void)state;
	memset(longest, 0xff, sizeof(longest));
	assert_int_equal(nhrp_checksum(longest, 65534), 0);
	assert_int_equal(nhrp_checksum(longest, 65535), 0x00ff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_in_order),
		cmocka_unit_test(reading_beyond_the_end_fails_for_good),
		cmocka_unit_test(lengths_do_not_wrap),
		cmocka_unit_test(write_in_order),
		cmocka_unit_test(overwrite_only_what_was_written),
		cmocka_unit_test(checksum_of_even_and_odd_lengths),
		cmocka_unit_test(checksum_of_the_longest_packet),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
