// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of VICI: written, read, cut short and out of place.
 */
#include <string.h>

#include "ike/connection.h"
#include "ike/sa.h"
#include "ike/vici.h"
#include "test.h"

#define NAME_END 13	/* where the message begins */

static uint8_t rekeyed[512];
static size_t rekeyed_length;

/* An event as strongSwan 5.9.8 sends it, less what nobody reads. */
static int make_rekeyed(void **state)
{
	struct vici_request event;

	(void)state;
	vici_begin(&event, VICI_EVENT, "child-rekey");
	vici_section(&event, "nhrpd:mgre0");
	vici_key(&event, "uniqueid", "7");
	vici_key(&event, "state", "ESTABLISHED");
	vici_key(&event, "remote-host", "9.1.1.10");
	vici_key(&event, "remote-port", "4500");
	vici_key(&event, "remote-id", "hub");
	vici_section(&event, "child-sas");
	vici_section(&event, "gre-3");
	vici_section(&event, "old");
	vici_key(&event, "uniqueid", "3");
	vici_key(&event, "if-id-in", "0000004d");
	vici_section_end(&event);
	vici_section(&event, "new");
	vici_key(&event, "uniqueid", "4");
	vici_key(&event, "state", "INSTALLED");
	vici_key(&event, "spi-in", "c7b3d8d3");
	vici_key(&event, "spi-out", "cdd308e0");
	vici_key(&event, "if-id-in", "0000004d");
	vici_key(&event, "encap", "yes");
	vici_key(&event, "encr-alg", "AES_CBC");
	vici_key(&event, "encr-keysize", "256");
	vici_key(&event, "integ-alg", "SHA");
	vici_list_of_one(&event, "local-ts", "9.1.1.130/32[gre]");
	vici_section_end(&event);
	vici_section_end(&event);
	vici_section_end(&event);
	vici_section_end(&event);
	rekeyed_length = vici_finish(&event) - VICI_HEADER;
	memcpy(rekeyed, event.bytes + VICI_HEADER, rekeyed_length);
	return 0;
}

static void begin(struct vici_reader *reader, const uint8_t *bytes,
		  size_t length, const char *expected)
{
	struct vici_string name;
	enum vici_type type;

	assert_true(vici_read_packet(reader, bytes, length, &type, &name));
	assert_int_equal(type, VICI_EVENT);
	assert_true(vici_equal(&name, expected));
}

static void report_of_a_renewal(void **state)
{
	struct vici_reader reader;
	struct ike_report report;
	enum ike_part part;

	(void)state;
	begin(&reader, rekeyed, rekeyed_length, "child-rekey");
	ike_report_begin(&report, &reader);
	assert_true(ike_report_next(&report, &part));
	assert_int_equal(part, IKE_CHILD_OLD);
	assert_int_equal(report.child.id, 3);
	assert_int_equal(report.child.if_id, 0x4d);
	assert_true(ike_report_next(&report, &part));
	assert_int_equal(part, IKE_CHILD_NEW);
	assert_int_equal(report.child.id, 4);
	assert_true(report.child.live);
	assert_true(report.child.udp);
	assert_int_equal(report.child.spi_in, 0xc7b3d8d3);
	assert_int_equal(report.child.spi_out, 0xcdd308e0);
	assert_string_equal(report.child.algorithm, "AES_CBC_256/SHA");
	assert_true(ike_report_next(&report, &part));
	assert_int_equal(part, IKE_SA);
	assert_int_equal(report.sa.id, 7);
	assert_true(report.sa.established);
	assert_int_equal(report.sa.port, 4500);
	assert_string_equal(report.sa.identity, "hub");
	assert_int_equal(report.sa.remote.length, 4);
	assert_false(ike_report_next(&report, &part));
	assert_false(report.reader.reader.failed);
}

/* Every end but the right one is noticed. */
static void truncated(void **state)
{
	struct vici_reader reader;
	struct vici_string name;
	struct vici_item item;
	enum vici_type type;
	size_t length;

	(void)state;
	for (length = 0; length < rekeyed_length; length++) {
		if (!vici_read_packet(&reader, rekeyed, length, &type, &name))
			continue;
		while (vici_next(&reader, &item))
			;
		assert_int_equal(reader.reader.failed, length != NAME_END);
	}
}

static void refuse(const void *bytes, size_t length)
{
	struct vici_reader reader = {
		.reader = { .bytes = bytes, .end = length },
	};
	struct vici_item item;

	while (vici_next(&reader, &item))
		;
	assert_int_equal(item.element, VICI_END);
	assert_true(reader.reader.failed);
	assert_false(vici_next(&reader, &item));
}

static void out_of_place(void **state)
{
	uint8_t deep[3 * (VICI_DEPTH_MAX + 1)];
	size_t i;

	(void)state;
	refuse("\2", 1);			/* end of no section */
	refuse("\6", 1);			/* end of no list */
	refuse("\5\0\1a", 4);			/* item in no list */
	refuse("\4\1a\4\1b\6\6", 8);		/* list in a list */
	refuse("\4\1a\1\1b\2\6", 8);		/* section in a list */
	refuse("\4\1a\3\1b\0\0\6", 9);		/* key in a list */
	refuse("\4\1a", 3);			/* list without end */
	refuse("\1\1a", 3);			/* section without end */
	refuse("\0", 1);
	refuse("\7", 1);
	for (i = 0; i < sizeof(deep); i += 3)
		memcpy(deep + i, "\1\1a", 3);
	refuse(deep, sizeof(deep));
}

static void packets(void **state)
{
	struct vici_reader reader;
	struct vici_string name;
	enum vici_type type;

	(void)state;
	assert_false(vici_read_packet(&reader, (const uint8_t *)"", 0, &type,
				      &name));
	assert_false(vici_read_packet(&reader, (const uint8_t *)"\10", 1,
				      &type, &name));
	assert_false(vici_read_packet(&reader, (const uint8_t *)"\7\2a", 3,
				      &type, &name));
	assert_true(vici_read_packet(&reader, (const uint8_t *)"\1", 1, &type,
				     &name));
	assert_int_equal(type, VICI_RESPONSE);
	assert_int_equal(name.length, 0);
}

static void requests(void **state)
{
	struct vici_request request;
	char long_text[VICI_REQUEST_MAX + 1];

	(void)state;
	vici_begin(&request, VICI_REQUEST, "version");
	vici_section(&request, "a");
	vici_key(&request, "b", "cd");
	vici_list_of_one(&request, "e", "f");
	vici_section_end(&request);
	assert_int_equal(vici_finish(&request), 32);
	assert_memory_equal(request.bytes,
			    "\0\0\0\34\0\7version\1\1a\3\1b\0\2cd"
			    "\4\1e\5\0\1f\6\2", 32);

	memset(long_text, 'x', sizeof(long_text));
	long_text[VICI_REQUEST_MAX] = '\0';
	vici_begin(&request, VICI_REQUEST, "version");
	vici_key(&request, "a", long_text);
	assert_int_equal(vici_finish(&request), 0);
	long_text[256] = '\0';
	vici_begin(&request, VICI_REQUEST, "version");
	vici_section(&request, long_text);
	assert_int_equal(vici_finish(&request), 0);
}

static struct vici_string string(const char *text)
{
	return (struct vici_string){ .bytes = text, .length = strlen(text) };
}

static void strings(void **state)
{
	struct vici_string text = string("C=CH, \x1b[1mCN=\xff");
	char copy[32], cut[5];

	(void)state;
	vici_copy(&text, copy, sizeof(copy));
	assert_string_equal(copy, "C=CH, ?[1mCN=?");
	vici_copy(&text, cut, sizeof(cut));
	assert_string_equal(cut, "C=CH");
	text = string("ffffffff");
	assert_int_equal(vici_number(&text, 16), 0xffffffff);
	assert_int_equal(vici_number(&text, 10), 0);
	text = string("99999999999999999999999");
	assert_int_equal(vici_number(&text, 10), 0);
	text = string("-1");
	assert_int_equal(vici_number(&text, 10), 0);
}

static void names(void **state)
{
	char name[IKE_NAME_MAX];
	uint32_t if_id;

	(void)state;
	ike_connection_name(name, "mgre0", 0x4d);
	assert_string_equal(name, "nhrpd:mgre0:0000004d");
	assert_true(ike_connection_is(name, "mgre0", &if_id));
	assert_int_equal(if_id, 0x4d);
	assert_false(ike_connection_is(name, "mgre", &if_id));
	ike_connection_name(name, "mgre0", 0);
	assert_true(ike_connection_is(name, "mgre0", &if_id));
	assert_int_equal(if_id, 0);
	assert_false(ike_connection_is("nhrpd:mgre0:4d", "mgre0", &if_id));
	assert_false(ike_connection_is("nhrpd:mgre0:0000004g", "mgre0",
				       &if_id));
	assert_false(ike_connection_is("hub", "mgre0", &if_id));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_of_a_renewal),
		cmocka_unit_test(truncated),
		cmocka_unit_test(out_of_place),
		cmocka_unit_test(packets),
		cmocka_unit_test(requests),
		cmocka_unit_test(strings),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, make_rekeyed, NULL);
}
