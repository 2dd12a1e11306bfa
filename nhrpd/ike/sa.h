/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What strongSwan reports of security associations: an IKE SA and the child
 * SAs under it. Its events "list-sa", "child-updown" and "child-rekey" all
 * have the same form.
 */
#ifndef NHRPD_IKE_SA_H
#define NHRPD_IKE_SA_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"
#include "session.h"
#include "vici.h"

#define IKE_NAME_MAX 64		/* of a connection of ours, with NUL */

/**
 * struct ike_sa - an IKE SA
 * @name: of its connection, cut if too long to be one of ours
 * @id: strongSwan's number for it
 * @established: both have proven who they are
 * @closing: it is being deleted
 * @remote, @port: the other's address as seen from here
 * @identity: of the other
 */
struct ike_sa {
	char name[IKE_NAME_MAX];
	uint32_t id;
	bool established;
	bool closing;
	struct nhrp_address remote;
	uint16_t port;
	char identity[SESSION_NAME_MAX];
};

/**
 * struct ike_child - a child SA: a pair of SAs of the kernel
 * @id: strongSwan's number for it
 * @live: it is in the kernel, and not replaced by another
 * @if_id: of the SAs
 * @spi_in, @spi_out: host byte order
 * @udp: ESP travels in UDP
 * @algorithm: as strongSwan names it
 * @age: seconds since it was made
 * @rekey: seconds until it is renewed
 */
struct ike_child {
	uint32_t id;
	bool live;
	uint32_t if_id;
	uint32_t spi_in, spi_out;
	bool udp;
	char algorithm[64];
	uint64_t age;
	uint64_t rekey;
};

enum ike_part {
	IKE_CHILD,	/* a child SA */
	IKE_CHILD_OLD,	/* a child SA that has been replaced */
	IKE_CHILD_NEW,	/* by this one */
	IKE_SA,		/* an IKE SA, after its child SAs */
};

/**
 * struct ike_report - an event that is being read
 * @reader: where reading has got to
 * @up: what "child-updown" says
 * @sa: the IKE SA
 * @child: the child SA that was read last
 * @section: of a child SA: which one it is
 */
struct ike_report {
	struct vici_reader reader;
	bool up;
	struct ike_sa sa;
	struct ike_child child;
	enum ike_part section;
};

/** ike_report_begin - begin to read the message of an event */
void ike_report_begin(struct ike_report *report,
		      const struct vici_reader *message);

/**
 * ike_report_next - read on to the end of a child SA or IKE SA
 *
 * Return: false at the end of the message, or where it is malformed.
 */
bool ike_report_next(struct ike_report *report, enum ike_part *part);

#endif /* NHRPD_IKE_SA_H */
