/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network address translation: where a node really is, and how nodes tell
 * each other by Cisco's NAT Address extension.
 *
 * The outer source of a packet is true on its first hop only; from there on
 * the extension has to carry it, and is believed if a server of ours passed
 * the packet on. Whatever else passes packets on is taken for the node itself,
 * which is safe: it can pass on the data as well.
 *
 * The extension also has the UDP port of a node's key exchange, as the NBMA
 * subaddress of its entry, where that is not the one that all of the network
 * use.
 */
#ifndef NHRPD_NAT_H
#define NHRPD_NAT_H

#include "endpoint.h"
#include "packet/packet.h"

struct interface;
struct received;

/**
 * nat_source - where the source of a request is reached
 *
 * On a protected interface it is called there. Return: false if it cannot be.
 */
bool nat_source(const struct received *received, struct endpoint *endpoint);

/**
 * nat_responder - where the responder of a reply is reached
 * @cie: its entry in the reply
 * @protocol: its protocol address
 *
 * Return: as nat_source().
 */
bool nat_responder(const struct received *received,
		   const struct nhrp_cie *cie,
		   const struct nhrp_address *protocol,
		   struct endpoint *endpoint);

/**
 * nat_note - as first server on the way of a packet, note where its source
 * (of a request) or its responder (of a reply) really is
 */
void nat_note(struct received *received);

/**
 * nat_tell_source - let a reply tell its requester how it looks from here
 * @source: where the requester is
 */
void nat_tell_source(const struct interface *interface,
		     struct nhrp_packet *reply, const struct endpoint *source);

/**
 * nat_tell_own - say how others see us, if a server of ours has told
 * @packet: has the extension, or is left as it is
 * @own: our protocol address in it
 */
void nat_tell_own(const struct interface *interface,
		  struct nhrp_packet *packet, const struct nhrp_address *own);

#endif /* NHRPD_NAT_H */
