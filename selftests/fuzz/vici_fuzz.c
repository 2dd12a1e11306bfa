// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever strongSwan, or who has taken its place, may send.
 */
#include <stdlib.h>
#include <string.h>

#include "ike/connection.h"
#include "ike/sa.h"
#include "ike/vici.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct vici_reader reader)
{
	struct vici_item item;
	char text[64];

	while (vici_next(&reader, &item)) {
		vici_copy(&item.value, text, sizeof(text));
		vici_number(&item.value, 10);
		if (item.element == VICI_END || reader.reader.failed)
			abort();
	}
	if (!reader.reader.failed && (reader.depth || reader.in_list))
		abort();
}

static void read_report(const struct vici_reader *reader)
{
	struct ike_report report;
	enum ike_part part;
	uint32_t if_id;

	ike_report_begin(&report, reader);
	while (ike_report_next(&report, &part))
		ike_connection_is(report.sa.name, "mgre0", &if_id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vici_reader reader, reply;
	struct vici_string name;
	enum vici_type type;
	char reason[32];

	if (!vici_read_packet(&reader, data, size, &type, &name))
		return 0;
	read_all(reader);
	read_report(&reader);
	reply = reader;
	ike_refused(&reply, reason, sizeof(reason));
	return 0;
}
