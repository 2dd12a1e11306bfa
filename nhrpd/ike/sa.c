// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports of security associations:
 *
 *	up = yes			child-updown only
 *	CONNECTION {			depth 1
 *		uniqueid = 1
 *		child-sas {		depth 2
 *			gre-1 {		depth 3
 *				uniqueid = 1	child-rekey has old { }
 *			}			and new { } here, depth 4
 *		}
 *	}
 */
#include "sa.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_SA = 1, DEPTH_CHILDREN, DEPTH_CHILD, DEPTH_OLD_NEW };

void ike_report_begin(struct ike_report *report,
		      const struct vici_reader *message)
{
	memset(report, 0, sizeof(*report));
	report->reader = *message;
}

static void begin_section(struct ike_report *report,
			  const struct vici_string *name)
{
	switch (report->reader.depth) {
	case DEPTH_SA:
		memset(&report->sa, 0, sizeof(report->sa));
		vici_copy(name, report->sa.name, sizeof(report->sa.name));
		break;
	case DEPTH_CHILD:
		memset(&report->child, 0, sizeof(report->child));
		report->section = IKE_CHILD;
		break;
	case DEPTH_OLD_NEW:
		memset(&report->child, 0, sizeof(report->child));
		report->section = vici_equal(name, "old") ? IKE_CHILD_OLD :
							    IKE_CHILD_NEW;
		break;
	}
}

static void sa_key(struct ike_sa *sa, const struct vici_item *item)
{
	char text[NHRP_ADDRESS_TEXT];

	if (vici_equal(&item->name, "uniqueid")) {
		sa->id = vici_number(&item->value, 10);
	} else if (vici_equal(&item->name, "state")) {
		sa->established = vici_equal(&item->value, "ESTABLISHED");
		sa->closing = vici_equal(&item->value, "DELETING") ||
			      vici_equal(&item->value, "DESTROYING");
	} else if (vici_equal(&item->name, "remote-host")) {
		vici_copy(&item->value, text, sizeof(text));
		nhrp_address_parse(text, &sa->remote);
	} else if (vici_equal(&item->name, "remote-port")) {
		sa->port = vici_number(&item->value, 10);
	} else if (vici_equal(&item->name, "remote-id")) {
		vici_copy(&item->value, sa->identity, sizeof(sa->identity));
	}
}

static void add_algorithm(struct ike_child *child, const char *separator,
			  const struct vici_string *value)
{
	size_t used = strlen(child->algorithm);

	snprintf(child->algorithm + used, sizeof(child->algorithm) - used,
		 "%s%.*s", separator, (int)value->length, value->bytes);
}

static bool is_live(const struct vici_string *state)
{
	return vici_equal(state, "INSTALLED") ||
	       vici_equal(state, "REKEYING") || vici_equal(state, "UPDATING");
}

static void child_key(struct ike_child *child, const struct vici_item *item)
{
	if (vici_equal(&item->name, "uniqueid"))
		child->id = vici_number(&item->value, 10);
	else if (vici_equal(&item->name, "state"))
		child->live = is_live(&item->value);
	else if (vici_equal(&item->name, "if-id-in"))
		child->if_id = vici_number(&item->value, 16);
	else if (vici_equal(&item->name, "spi-in"))
		child->spi_in = vici_number(&item->value, 16);
	else if (vici_equal(&item->name, "spi-out"))
		child->spi_out = vici_number(&item->value, 16);
	else if (vici_equal(&item->name, "encap"))
		child->udp = vici_equal(&item->value, "yes");
	else if (vici_equal(&item->name, "encr-alg"))
		add_algorithm(child, "", &item->value);
	else if (vici_equal(&item->name, "encr-keysize"))
		add_algorithm(child, "_", &item->value);
	else if (vici_equal(&item->name, "integ-alg"))
		add_algorithm(child, "/", &item->value);
	else if (vici_equal(&item->name, "install-time"))
		child->age = vici_number(&item->value, 10);
	else if (vici_equal(&item->name, "rekey-time"))
		child->rekey = vici_number(&item->value, 10);
}

static void read_key(struct ike_report *report, const struct vici_item *item)
{
	switch (report->reader.depth) {
	case 0:
		if (vici_equal(&item->name, "up"))
			report->up = vici_equal(&item->value, "yes");
		break;
	case DEPTH_SA:
		sa_key(&report->sa, item);
		break;
	case DEPTH_CHILD:
	case DEPTH_OLD_NEW:
		child_key(&report->child, item);
		break;
	}
}

/* Whether the section that has just ended is one to tell of. */
static bool end_section(struct ike_report *report, enum ike_part *part)
{
	switch (report->reader.depth + 1) {
	case DEPTH_SA:
		*part = IKE_SA;
		return true;
	case DEPTH_OLD_NEW:
		*part = report->section;
		return true;
	case DEPTH_CHILD:
		*part = IKE_CHILD;
		return report->section == IKE_CHILD;
	default:
		return false;
	}
}

bool ike_report_next(struct ike_report *report, enum ike_part *part)
{
	struct vici_item item;

	while (vici_next(&report->reader, &item)) {
		if (item.element == VICI_SECTION)
			begin_section(report, &item.name);
		else if (item.element == VICI_KEY)
			read_key(report, &item);
		else if (item.element == VICI_SECTION_END &&
			 end_section(report, part))
			return true;
	}
	return false;
}
