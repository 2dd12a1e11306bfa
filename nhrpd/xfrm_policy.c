// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies of the kernel: what goes to a peer needs which SA.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "xfrm_private.h"

/* GRE between two hosts. */
static void xfrm_selector_of(struct xfrm_selector *selector,
			     const struct nhrp_address *source,
			     const struct nhrp_address *destination)
{
	xfrm_put_address(&selector->saddr, source);
	xfrm_put_address(&selector->daddr, destination);
	selector->family = nhrp_address_family(destination);
	selector->prefixlen_s = nhrp_address_bits(source);
	selector->prefixlen_d = nhrp_address_bits(destination);
	selector->proto = IPPROTO_GRE;
}

static int xfrm_put_template(struct nl_msg *message,
			     const struct nhrp_address *source,
			     const struct nhrp_address *destination,
			     uint32_t if_id)
{
	struct xfrm_user_tmpl template = {
		.id.proto = IPPROTO_ESP,
		.family = nhrp_address_family(destination),
		.reqid = if_id,
		.mode = XFRM_MODE_TRANSPORT,
		.aalgos = ~0u,
		.ealgos = ~0u,
		.calgos = ~0u,
	};

	xfrm_put_address(&template.saddr, source);
	xfrm_put_address(&template.id.daddr, destination);
	return nla_put(message, XFRMA_TMPL, sizeof(template), &template);
}

static struct nl_msg *
xfrm_policy_message(const struct nhrp_address *source,
		    const struct nhrp_address *destination, uint32_t if_id)
{
	struct nl_msg *message = nlmsg_alloc_simple(XFRM_MSG_NEWPOLICY, 0);
	struct xfrm_userpolicy_info info = {
		.dir = XFRM_POLICY_OUT,
		.action = XFRM_POLICY_ALLOW,
		.lft.soft_byte_limit = XFRM_INF,
		.lft.hard_byte_limit = XFRM_INF,
		.lft.soft_packet_limit = XFRM_INF,
		.lft.hard_packet_limit = XFRM_INF,
	};

	if (!message)
		return NULL;
	xfrm_selector_of(&info.sel, source, destination);
	if (nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) < 0 ||
	    xfrm_put_template(message, source, destination, if_id) < 0 ||
	    nla_put_u32(message, XFRMA_IF_ID, if_id) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* Without an if_id it would be for all of the router's GRE. */
static int xfrm_policy_check(struct xfrm *xfrm,
			     const struct nhrp_address *source,
			     const struct nhrp_address *destination,
			     uint32_t if_id)
{
	if (if_id && destination->length &&
	    source->length == destination->length)
		return 0;
	snprintf(xfrm->request.error, sizeof(xfrm->request.error), "%s",
		 "a policy needs an if_id and two addresses of one family");
	return -EINVAL;
}

int xfrm_policy_set(struct xfrm *xfrm, const struct nhrp_address *source,
		    const struct nhrp_address *destination, uint32_t if_id)
{
	int error = xfrm_policy_check(xfrm, source, destination, if_id);

	if (error)
		return error;
	/* An update of what is there would make peers look up their routes. */
	error = netlink_request_do(&xfrm->request,
				   xfrm_policy_message(source, destination,
						       if_id), NULL, NULL);
	return error == -EEXIST ? 0 : error;
}

int xfrm_policy_delete(struct xfrm *xfrm, const struct nhrp_address *source,
		       const struct nhrp_address *destination, uint32_t if_id)
{
	struct xfrm_userpolicy_id id = { .dir = XFRM_POLICY_OUT };
	struct nl_msg *message;
	int error = xfrm_policy_check(xfrm, source, destination, if_id);

	if (error)
		return error;
	xfrm_selector_of(&id.sel, source, destination);
	message = nlmsg_alloc_simple(XFRM_MSG_DELPOLICY, 0);
	if (!message)
		return -ENOMEM;
	if (nlmsg_append(message, &id, sizeof(id), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(message, XFRMA_IF_ID, if_id) < 0) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	error = netlink_request_do(&xfrm->request, message, NULL, NULL);
	if (error == -ENOENT)
		snprintf(xfrm->request.error, sizeof(xfrm->request.error),
			 "%s", "no such policy");
	return error;
}
