// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel says of security associations and policies. Most of it may be
 * about those of others: ours have an if_id.
 */
#include <linux/ipsec.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "xfrm_private.h"

static void xfrm_expired(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct nlattr *tb[XFRMA_MAX + 1];
	struct xfrm_user_expire expire;
	struct xfrm_sa_id id;

	if (!xfrm_parse(header, sizeof(expire), tb))
		return;
	memcpy(&expire, nlmsg_data(header), sizeof(expire));
	if (xfrm->events->expired && xfrm_get_id(&id, &expire.state, tb))
		xfrm->events->expired(xfrm->context, &id, expire.hard);
}

/* The fixed part names an SA, an attribute tells what it was. */
static void xfrm_deleted(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct nlattr *tb[XFRMA_MAX + 1];
	struct xfrm_usersa_info info;
	struct xfrm_sa_id id;

	if (!xfrm_parse(header, sizeof(struct xfrm_usersa_id), tb) ||
	    !tb[XFRMA_SA])
		return;
	memcpy(&info, nla_data(tb[XFRMA_SA]), sizeof(info));
	if (xfrm->events->deleted && xfrm_get_id(&id, &info, tb))
		xfrm->events->deleted(xfrm->context, &id);
}

static void xfrm_flushed(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct xfrm_usersa_flush flush;

	if (nlmsg_datalen(header) < (int)sizeof(flush))
		return;
	memcpy(&flush, nlmsg_data(header), sizeof(flush));
	if (xfrm->events->flushed &&
	    (flush.proto == IPPROTO_ESP || flush.proto == 0 ||
	     flush.proto == IPSEC_PROTO_ANY))
		xfrm->events->flushed(xfrm->context);
}

/* The message has no if_id. */
static void xfrm_moved(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct xfrm_user_mapping mapping;
	struct nlattr *tb[XFRMA_MAX + 1];
	struct nhrp_address destination;
	struct nhrp_address source;
	struct xfrm_found found;

	if (!xfrm->events->moved || !xfrm_parse(header, sizeof(mapping), tb))
		return;
	memcpy(&mapping, nlmsg_data(header), sizeof(mapping));
	if (mapping.id.proto != IPPROTO_ESP ||
	    !xfrm_get_address(&destination, &mapping.id.daddr,
			      mapping.id.family) ||
	    !xfrm_get_address(&source, &mapping.new_saddr, mapping.id.family) ||
	    xfrm_find(xfrm, &destination, ntohl(mapping.id.spi), &found))
		return;
	xfrm->events->moved(xfrm->context, &found.id, &source,
			    ntohs(mapping.new_sport));
}

static void xfrm_acquire(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct xfrm_user_acquire acquire;
	struct nlattr *tb[XFRMA_MAX + 1];

	if (!xfrm->events->acquire ||
	    !xfrm_parse(header, sizeof(acquire), tb) || !xfrm_if_id(tb))
		return;
	memcpy(&acquire, nlmsg_data(header), sizeof(acquire));
	if (acquire.id.proto == IPPROTO_ESP)
		xfrm->events->acquire(xfrm->context, xfrm_if_id(tb));
}

static void xfrm_policy_deleted(struct xfrm *xfrm, struct nlmsghdr *header)
{
	struct nlattr *tb[XFRMA_MAX + 1];
	struct xfrm_userpolicy_id id;

	if (!xfrm->events->unpoliced || !xfrm_parse(header, sizeof(id), tb))
		return;
	memcpy(&id, nlmsg_data(header), sizeof(id));
	if (id.dir == XFRM_POLICY_OUT && xfrm_if_id(tb))
		xfrm->events->unpoliced(xfrm->context, xfrm_if_id(tb));
}

static void xfrm_policies_flushed(struct xfrm *xfrm)
{
	if (xfrm->events->unpoliced)
		xfrm->events->unpoliced(xfrm->context, 0);
}

void xfrm_message(struct nlmsghdr *header, void *context)
{
	struct xfrm *xfrm = context;

	switch (header->nlmsg_type) {
	case XFRM_MSG_EXPIRE:
		xfrm_expired(xfrm, header);
		break;
	case XFRM_MSG_DELSA:
		xfrm_deleted(xfrm, header);
		break;
	case XFRM_MSG_FLUSHSA:
		xfrm_flushed(xfrm, header);
		break;
	case XFRM_MSG_MAPPING:
		xfrm_moved(xfrm, header);
		break;
	case XFRM_MSG_ACQUIRE:
		xfrm_acquire(xfrm, header);
		break;
	case XFRM_MSG_DELPOLICY:
		xfrm_policy_deleted(xfrm, header);
		break;
	case XFRM_MSG_FLUSHPOLICY:
		xfrm_policies_flushed(xfrm);
		break;
	}
}
