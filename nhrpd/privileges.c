// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What nhrpd may do: no more than it needs.
 *
 * CAP_NET_ADMIN is for netlink, large receive buffers and the module's caches.
 * CAP_NET_RAW is for a socket that is bound to a device already and has to
 * follow the configuration to another one. Modules are loaded by the kernel
 * itself when a netlink family or an algorithm is asked for.
 */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

#define PRIVILEGES_KEPT \
	(UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW)

static int privileges_failed(const char *what)
{
	log_error("dropping privileges: %s: %s", what, strerror(errno));
	return -1;
}

/* What no program started from here could ever have. */
static int privileges_bound(void)
{
	int capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0;
	     capability++) {
		if (PRIVILEGES_KEPT >> capability & 1)
			continue;
		/* Who may not change it has no capability to change it. */
		if (prctl(PR_CAPBSET_DROP, capability) && errno != EPERM)
			return privileges_failed("bounding set");
	}
	return 0;
}

/* Capabilities are lost with uid 0 unless they are asked to stay. */
static int privileges_become(const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (!user) {
		log_error("dropping privileges: no user '%s'", name);
		return -1;
	}
	if (prctl(PR_SET_KEEPCAPS, 1) ||
	    initgroups(name, user->pw_gid) || setgid(user->pw_gid) ||
	    setuid(user->pw_uid))
		return privileges_failed(name);
	return 0;
}

/* Never more than there was: an ordinary user keeps nothing. */
static int privileges_limit(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t kept = PRIVILEGES_KEPT;
	int i;

	if (syscall(SYS_capget, &header, data))
		return privileges_failed("capget");
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(kept >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data))
		return privileges_failed("capset");
	return 0;
}

int privileges_drop(const char *user)
{
	if (privileges_bound())
		return -1;
	if (user && geteuid() == 0 && privileges_become(user))
		return -1;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (privileges_limit())
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return privileges_failed("no_new_privs");
	/* Keys are in memory. The last step: other credentials undo it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return privileges_failed("dumpable");
	return 0;
}
