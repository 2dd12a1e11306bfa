# SPDX-License-Identifier: GPL-2.0-or-later
#
# "make help" lists what can be made. Kbuild and kmod/Kbuild belong to the
# kernel's build system, everything else is built from here: the sources of a
# program are all .c files in its folder, its objects are in .build.

VERSION	:= 0.1

PREFIX	?= /usr/local
DESTDIR	?=

# The kernel to build the module for: the running one if its headers are
# installed, else the newest of Debian 12's own series, else any other.
headers	 = $(wildcard $(1:%=/lib/modules/%/build))
KDIR	?= $(firstword $(call headers,$(shell uname -r)) \
	     $(lastword $(sort $(call headers,6.1.*))) $(call headers,*))

CFLAGS	 ?= -O2 -g
CFLAGS	 += -std=c11 -Wall -Wextra -Werror
CFLAGS	 += -Wstrict-prototypes -Wmissing-prototypes
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Ikmod/uapi
packages  = $(shell pkg-config $(1) $(2) 2>/dev/null)

nhrpd_libraries	  := libnl-3.0 libnl-genl-3.0 libuv json-c libsodium
mgrectl_libraries := libnl-3.0 libnl-genl-3.0 json-c
nhrpctl_libraries := json-c libsodium

programs := nhrpd/nhrpd tools/mgrectl/mgrectl tools/nhrpctl/nhrpctl
plugin	 := tools/ip-link-mgre/link_mgre.so

# ip(8) looks for plug-ins in one folder, whatever PREFIX is.
multiarch := $(shell $(CC) -print-multiarch 2>/dev/null)
IPLIBDIR  ?= /usr/lib/$(if $(multiarch),$(multiarch)/)ip

# What "make selftests" runs, and where.
TEST	?= kernel nhrp protect ike interop scale
KERNEL	?= 6.12

all: module userspace

help:
	@echo 'make            build the module, nhrpd, mgrectl, nhrpctl and the ip plug-in'
	@echo 'make install    install them under PREFIX=$(PREFIX) (DESTDIR= for packagers)'
	@echo 'make deps       install what is needed on Debian 12 (check and demo do it)'
	@echo 'make demo       show two spokes finding their direct way (HOST=1: not in a VM,'
	@echo '                PROTECT=none: without IPsec)'
	@echo 'make check      all tests, on the host and in VMs with kernels 6.1 and 6.12'
	@echo 'make selftests  tests in one VM: TEST="kernel nhrp/purge.sh" KERNEL=6.12'
	@echo '                VM_BOOT=COMMAND boots another kernel: COMMAND PROGRAM ARGUMENTS'
	@echo 'make unit       unit tests of nhrpd and nhrpctl'
	@echo 'make fuzz       fuzz the parsers, SECONDS=600 for each'
	@echo 'make bench      instructions per packet, compared with ip_gre'
	@echo 'make style      checkpatch, shellcheck and the man page linter'
	@echo 'make clean      remove what was built'
	@echo
	@echo 'KDIR=FOLDER     kernel to build the module for ($(KDIR))'
	@echo 'W=1 C=2         compiler warnings and sparse, as in a kernel tree'

# The module -----------------------------------------------------------------

module:
	@test -n "$(KDIR)" || { echo 'No kernel headers: try "make deps"' \
		'or KDIR=FOLDER'; exit 1; }
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) modules

# User space -----------------------------------------------------------------

objects = $(patsubst %.c,.build/%.o,$(wildcard $(addsuffix /*.c,$(1))))

nhrpd_objects	:= $(call objects,nhrpd nhrpd/packet nhrpd/noise \
			nhrpd/identity nhrpd/native nhrpd/ike)
mgrectl_objects	:= $(call objects,tools/mgrectl)
nhrpctl_objects	:= $(call objects,tools/nhrpctl nhrpd/identity) \
		   $(patsubst %,.build/nhrpd/packet/%.o,address buffer)

.build/nhrpd/%.o: CPPFLAGS += -Inhrpd \
	$(call packages,--cflags,$(nhrpd_libraries))
.build/tools/mgrectl/%.o: CPPFLAGS += \
	$(call packages,--cflags,$(mgrectl_libraries))
.build/tools/nhrpctl/%.o: CPPFLAGS += -Inhrpd \
	$(call packages,--cflags,$(nhrpctl_libraries))

.build/%.o: %.c
	@mkdir -p $(@D)
	$(quiet_CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
ifdef C
	$(quiet_SPARSE)sparse $(CPPFLAGS) -std=c11 $<
endif

nhrpd/nhrpd: $(nhrpd_objects)
tools/mgrectl/mgrectl: $(mgrectl_objects)
tools/nhrpctl/nhrpctl: $(nhrpctl_objects)

$(programs):
	$(quiet_LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(call packages,--libs,$($(@F)_libraries)) $(LDLIBS)

# Lazy binding: ip(8) drops a plug-in silently if one symbol is missing.
$(plugin): $(wildcard tools/ip-link-mgre/*.[ch]) kmod/uapi/linux/mgre.h
	$(quiet_LD)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -shared -fPIC \
		-fvisibility=hidden -Wl,-z,lazy -o $@ $(filter %.c,$^)

-include $(shell find .build -name '*.d' 2>/dev/null)

# Tests ----------------------------------------------------------------------

# Their own Makefiles build with the sanitizers on.
unit_tests:
	@$(MAKE) --no-print-directory -C selftests/unit
fuzzers:
	@$(MAKE) --no-print-directory -C selftests/fuzz

unit: unit_tests
	@selftests/check unit

SECONDS	?= 600
fuzz: fuzzers
	@selftests/check fuzz $(SECONDS)

selftests: userspace
	@selftests/check vm $(KERNEL) $(TEST)

# deps may install what the rest of this file looks for, so start anew.
check: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) userspace unit_tests \
		fuzzers
	@selftests/check all

PROTECT	?= native
demo_options = $(if $(HOST),--host) $(if $(filter none,$(PROTECT)),--clear)
demo: deps
	$(if $(filter-out none native,$(PROTECT)),$(error PROTECT is \
		"$(PROTECT)", not "native" or "none"))
	@$(MAKE) --no-print-directory -j$(shell nproc) userspace \
		$(if $(HOST),module)
	@tools/demo/demo $(demo_options) $(DEMO_OPTIONS)

bench: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) userspace
	@tools/bench/bench

userspace: $(programs) $(plugin) .build/selftests/scale/spokes \
	.build/selftests/nhrp/xfrm_driver

.build/selftests/scale/spokes: selftests/scale/spokes.c
	@mkdir -p $(@D)
	$(quiet_LD)$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $<

# nhrpd's own client, for a test to command.
.build/selftests/nhrp/%.o: CPPFLAGS += -Inhrpd \
	$(call packages,--cflags,$(nhrpd_libraries))
.build/selftests/nhrp/xfrm_driver: $(addprefix .build/nhrpd/,netlink.o log.o \
		$(notdir $(patsubst %.c,%.o,$(wildcard nhrpd/xfrm*.c))) \
		packet/address.o) .build/selftests/nhrp/xfrm_driver.o
	$(quiet_LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(call packages,--libs,$(nhrpd_libraries)) $(LDLIBS)

deps:
	@tools/deps

# Rules of checkpatch for the kernel's own macros and library, one that the
# kernel's own trace events break, and one that forgets mkdtemp().
style_kernel_only := CONST_STRUCT SPLIT_STRING ARRAY_SIZE STRCPY STRNCPY \
	PREFER_DEFINED_ATTRIBUTE_MACRO EMBEDDED_FUNCTION_NAME \
	MACRO_ARG_UNUSED COMPLEX_MACRO TRAILING_SEMICOLON \
	STATIC_CONST_CHAR_ARRAY
comma := ,
space := $() $()

# Of a kernel tree; Debian's headers come without it.
CHECKPATCH ?= $(wildcard $(KDIR)/scripts/checkpatch.pl)
style:
ifneq ($(CHECKPATCH),)
	@! git ls-files '*.[ch]' | xargs perl $(CHECKPATCH) --no-tree --terse \
		--quiet --show-types --ignore $(subst $(space),$(comma),$(strip \
		$(style_kernel_only))) -f | grep -v '^total:'
else
	@echo 'No checkpatch: CHECKPATCH=.../scripts/checkpatch.pl'
endif
	@git grep -lE '^#!/bin/(ba)?sh|^# shellcheck shell' | xargs shellcheck -x
	@mandoc -T lint -W warning Documentation/man/*

# Installation ---------------------------------------------------------------

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) \
		CONFIG_MODULE_SIG_ALL= DEPMOD=true modules_install
	$(if $(DESTDIR),,depmod $$(cut -d\" -f2 $(KDIR)/include/generated/utsrelease.h))
	install -D -t $(DESTDIR)$(PREFIX)/sbin $(programs)
	install -D -m 644 -t $(DESTDIR)$(IPLIBDIR) $(plugin)
	install -D -m 644 -t $(DESTDIR)/etc/iproute2/rt_protos.d \
		tools/packaging/dmvpn.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/linux \
		kmod/uapi/linux/mgre.h
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 \
		Documentation/man/*.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 \
		Documentation/man/*.8
	install -d $(DESTDIR)/etc/nhrpd $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|' tools/packaging/nhrpd.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/nhrpd.service
	install -D -m 644 tools/packaging/strongswan-restart.conf \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/strongswan.service.d/nhrpd.conf
	install -D -m 644 tools/packaging/nhrpd.sysusers \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/nhrpd.conf
	$(if $(DESTDIR),,systemd-sysusers $(PREFIX)/lib/sysusers.d/nhrpd.conf \
		|| echo 'No user _nhrpd for the unit: make one')
	$(if $(DESTDIR),,[ ! -d /run/systemd/system ] || systemctl daemon-reload)

clean:
	rm -rf .build $(programs) $(plugin)
	@$(MAKE) --no-print-directory -C selftests/unit clean
	@$(MAKE) --no-print-directory -C selftests/fuzz clean
	@test -z "$(KDIR)" || \
		$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) clean

# Short lines unless V=1, as in a kernel tree.
ifneq ($(V),1)
quiet_CC     = @echo '  CC      $@';
quiet_LD     = @echo '  LD      $@';
quiet_SPARSE = @echo '  CHECK   $<';
endif

.PHONY: all help module unit_tests fuzzers unit fuzz selftests check demo \
	bench userspace deps style install clean
