// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters of an interface: names.
 */
#include "traffic.h"

static const char *const traffic_drop_names[TRAFFIC_DROPS] = {
	[TRAFFIC_DROP_MALFORMED] = "malformed",
	[TRAFFIC_DROP_AUTHENTICATION] = "authentication",
	[TRAFFIC_DROP_EXTENSION] = "extension",
	[TRAFFIC_DROP_LOOP] = "loop",
	[TRAFFIC_DROP_HOP_COUNT] = "hop-count",
	[TRAFFIC_DROP_UNREACHABLE] = "unreachable",
	[TRAFFIC_DROP_UNSOLICITED] = "unsolicited",
	[TRAFFIC_DROP_POLICY] = "policy",
	[TRAFFIC_DROP_UNPROTECTED] = "unprotected",
	[TRAFFIC_DROP_AUTHORITY] = "authority",
	[TRAFFIC_DROP_STATE] = "state",
	[TRAFFIC_DROP_SEND] = "send",
};

const char *traffic_drop_name(enum traffic_drop reason)
{
	return traffic_drop_names[reason];
}
