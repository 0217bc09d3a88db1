# Jalka. `make help` lists the targets.
#
# One makefile, no recursion, no registration: a new .c under daemon/ or client/,
# or a new test_*.c under tests/unit/, is found by its place.

VARIANT ?= release
BUILD   ?= build
OUT     := $(BUILD)/$(VARIANT)
GEN     := $(BUILD)/gen
CC      ?= gcc
PKG_CONFIG ?= pkg-config

# ---- layers: who may include whom (checked by scripts/check-layers) -------
LAYERS       := base core domain store io api central
SEES_base    :=
SEES_core    := base
SEES_domain  := base core
SEES_store   := base core domain
SEES_io      := base core domain store
SEES_central := base core domain store io
SEES_api     := base core domain store io central
SEES_cli     := base
PURE         := base core domain

# ---- flags ----------------------------------------------------------------
WARN := -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wpointer-arith -Wwrite-strings -Wundef \
	-Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
MACHINE := $(shell $(CC) -dumpmachine)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE \
	$(if $(findstring x86_64,$(MACHINE)),-fcf-protection,$(if $(findstring aarch64,$(MACHINE)),-mbranch-protection=standard))
CFLAGS_debug    := -O0 -g3
CFLAGS_release  := -O2 -g -D_FORTIFY_SOURCE=3 $(HARDEN)
CFLAGS_asan     := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan     := -O1 -g3 -fsanitize=thread -fno-omit-frame-pointer
CFLAGS_coverage := -O0 -g3 --coverage
LDFLAGS_release  := -pie -Wl,-z,relro,-z,now
LDFLAGS_asan     := -fsanitize=address,undefined
LDFLAGS_tsan     := -fsanitize=thread
LDFLAGS_coverage := --coverage

LIBS_PC := sqlite3 libsodium libuv libzstd libqrencode libutf8proc libmicrohttpd inih
PC_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBS_PC))
LIBS    = $(shell $(PKG_CONFIG) --libs $(LIBS_PC)) -lprotobuf-nanopb -lpthread -lm
BASEFLAGS = -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS_$(VARIANT)) -Idaemon -isystem $(GEN) $(PC_CFLAGS) $(CFLAGS_EXTRA)
LDFLAGS   = $(LDFLAGS_$(VARIANT)) $(LDFLAGS_EXTRA)

# ---- sources --------------------------------------------------------------
LAYER_SRC  = $(wildcard daemon/$(1)/*.c)
LAYER_OBJ  = $(patsubst %.c,$(OUT)/%.o,$(call LAYER_SRC,$(1)))
GEN_OBJ   := $(OUT)/gen/session.pb.o $(OUT)/gen/local.pb.o $(if $(wildcard proto/records.proto),$(OUT)/gen/records_table.o) \
	$(OUT)/gen/labels_table.o $(OUT)/gen/web_assets.o $(OUT)/gen/web_assets_data.o
DAEMON_OBJ := $(foreach l,$(LAYERS),$(call LAYER_OBJ,$(l)))
CLI_OBJ    := $(patsubst %.c,$(OUT)/%.o,$(wildcard client/cli/*.c))
TESTLIB_OBJ := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/lib/*.c))
SWARM_OBJ  := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/swarm/*.c))
SIM_OBJ    := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/sim/*.c))
UNIT_SRC   := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN   := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(UNIT_SRC))
BENCH_BIN  := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/bench_*.c))
CRASH_BIN  := $(patsubst tests/crash/%.c,$(OUT)/crash/%,$(wildcard tests/crash/crash_*.c))
FUZZ_BIN   := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

PROTO_PB := $(GEN)/session.pb.h $(GEN)/local.pb.h
GEN_ALL  := $(PROTO_PB) $(if $(wildcard proto/records.proto),$(GEN)/records_table.c $(GEN)/records_table.h) \
	$(GEN)/labels_table.c $(GEN)/labels_table.h

# V=1 shows the commands.
Q := $(if $(V),,@)
SAY = $(if $(V),,@echo "  $(1) $@")

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

all: bootstrap-check $(OUT)/jalkad $(OUT)/jalka ## build jalkad and jalka (VARIANT=release|debug|asan|tsan|coverage)

programs: $(OUT)/jalkad $(OUT)/jalka

# All that needs no compiler: protobuf, tables, the web clients.
generated: $(GEN_ALL) $(GEN)/session.pb.c $(GEN)/local.pb.c $(GEN)/web_assets.c

help: ## this list
	@awk 'BEGIN{FS=":.*## "} /^[a-zA-Z0-9_-]+:.*## /{printf "  %-14s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

bootstrap: ## install what is missing (apt, with sudo when not root)
	@scripts/bootstrap

bootstrap-check:
	@scripts/bootstrap --quiet

# ---- generated ------------------------------------------------------------
$(GEN)/%.pb.h $(GEN)/%.pb.c: proto/%.proto proto/%.options
	@mkdir -p $(GEN)
	$(Q)protoc -Iproto --nanopb_opt=-Iproto --nanopb_out=$(GEN) $<

$(GEN)/records_table.c $(GEN)/records_table.h &: proto/records.proto scripts/gen-records
	@mkdir -p $(GEN)
	$(Q)scripts/gen-records proto/records.proto $(GEN)

$(GEN)/labels_table.c $(GEN)/labels_table.h &: proto/labels.tsv scripts/gen-labels
	@mkdir -p $(GEN)
	$(Q)scripts/gen-labels proto/labels.tsv $(GEN)

# ---- the web client: built by node, carried in the program -----------------
WEB     := client/web
WEB_SRC := $(shell find $(WEB)/src -type f) $(WEB)/build.mjs $(WEB)/tsconfig.json proto/local.proto proto/records.proto proto/labels.tsv proto/screens.tsv \
	proto/refusals.tsv scripts/gen-refusals

$(WEB)/node_modules/.installed: $(WEB)/package.json $(WEB)/package-lock.json
	$(call SAY,NPM)
	$(Q)cd $(WEB) && npm ci --silent --no-audit --no-fund --ignore-scripts >/dev/null && touch node_modules/.installed

$(GEN)/dist/field.html: $(WEB_SRC) $(WEB)/node_modules/.installed
	@mkdir -p $(GEN)
	$(call SAY,WEB)
	$(Q)node $(WEB)/build.mjs $(GEN)/dist

$(GEN)/web_assets.c $(GEN)/web_assets.S &: $(GEN)/dist/field.html scripts/gen-assets
	$(Q)scripts/gen-assets $(GEN)/dist $(GEN)

$(OUT)/gen/web_assets_data.o: $(GEN)/web_assets.S
	@mkdir -p $(@D)
	$(call SAY,AS)
	$(Q)$(CC) -c -o $@ $<

# ---- objects --------------------------------------------------------------
$(OUT)/%.o: %.c | $(GEN_ALL)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(Q)$(CC) $(BASEFLAGS) -MD -MP -c -o $@ $<

$(OUT)/tests/%.o: tests/%.c | $(GEN_ALL)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(Q)$(CC) $(BASEFLAGS) -Itests -MD -MP -c -o $@ $<

$(OUT)/gen/%.o: $(GEN)/%.c | $(GEN_ALL)
	@mkdir -p $(@D)
	$(call SAY,CC)
	$(Q)$(CC) $(filter-out -Wconversion,$(BASEFLAGS)) -Wno-missing-prototypes -MD -MP -c -o $@ $<

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

# ---- programs -------------------------------------------------------------
$(OUT)/jalkad: $(OUT)/daemon/main.o $(DAEMON_OBJ) $(GEN_OBJ)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/jalka: $(CLI_OBJ) $(call LAYER_OBJ,base) $(OUT)/gen/local.pb.o
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lprotobuf-nanopb $(shell $(PKG_CONFIG) --libs libqrencode libsodium)

# What tests share, as an archive: each pulls only what it uses.
$(OUT)/testlib.a: $(TESTLIB_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $^

# A unit test links its own layer and those below it, nothing else.
define UNIT_RULE
$(OUT)/unit/$(1)/%: $(OUT)/tests/unit/$(1)/%.o $(OUT)/testlib.a $(call LAYER_OBJ,$(1)) $(foreach l,$(SEES_$(1)),$(call LAYER_OBJ,$(l))) $(GEN_OBJ)
	@mkdir -p $$(@D)
	$$(call SAY,LD)
	$$(Q)$(CC) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(LIBS)
endef
$(foreach l,$(LAYERS),$(eval $(call UNIT_RULE,$(l))))

# These let memory run out.
$(OUT)/unit/store/test_casebook_memory: LDFLAGS_EXTRA += -Wl,--wrap=realloc,--wrap=calloc
$(OUT)/unit/central/test_hub_bundle_hostile: LDFLAGS_EXTRA += -Wl,--wrap=realloc

# The simulator sees every sealing: no key and nonce may be used twice (I15).
$(OUT)/sim/sim: $(SIM_OBJ) $(OUT)/testlib.a $(DAEMON_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=noise_seal -o $@ $^ -lcmocka $(LIBS)

$(OUT)/bench/%: $(OUT)/tests/bench/%.o $(OUT)/testlib.a $(DAEMON_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# Many devices in one process, and those who would harm central.
$(OUT)/swarm/swarm: $(SWARM_OBJ) $(DAEMON_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/crash/%: $(OUT)/tests/crash/%.o $(OUT)/testlib.a $(DAEMON_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(OUT)/fuzz/%: $(OUT)/tests/fuzz/%.o $(OUT)/testlib.a $(DAEMON_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	$(call SAY,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# ---- checks and tests -----------------------------------------------------
units: $(UNIT_BIN)
crash-bins: $(CRASH_BIN)
swarm: $(OUT)/swarm/swarm
fuzz-bins: $(FUZZ_BIN)

check: ## unit tests, layers, purity, headers: under a minute
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) units all
	@scripts/check

test: ## install what is missing, build, run everything; ends with "N passed, N failed"
	@scripts/bootstrap
	@scripts/test

sim: ## the simulator: SEEDS=n (default 200), SEED=s replays one
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) $(OUT)/sim/sim
	@$(OUT)/sim/sim $(if $(SEED),--seed $(SEED) --verbose,--seeds $(or $(SEEDS),200))

bench: ## the figures, one a line: name value unit
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BENCH_BIN)
	@scripts/bench

bench-scale: ## 10,000 devices on one central node, a delta to 1,000 of them, floods: some minutes (DEVICES=n)
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) all $(OUT)/swarm/swarm
	@JALKAD=$(abspath $(OUT))/jalkad JALKA=$(abspath $(OUT))/jalka tests/bench/scale.py

bench-restore: ## how long a node of 200,000 deltas is away when its disk is gone: some minutes (MATTERS=n)
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) all $(OUT)/swarm/swarm
	@JALKAD=$(abspath $(OUT))/jalkad JALKA=$(abspath $(OUT))/jalka tests/bench/restore.py

demo: ## two laptops and a central node keep a day's work in step (KEEP=1 leaves them running)
	@scripts/bootstrap
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@KEEP=$(KEEP) scripts/demo

screenshots: ## the pictures of the README, made anew by the browser tests
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@JALKAD=$(abspath $(OUT))/jalkad JALKA=$(abspath $(OUT))/jalka tests/web/shots.mjs

looks: ## every journey of the web client in all 18 looks and by keyboard alone (JOURNEYS="01 03", JOBS=n)
	@scripts/bootstrap --quiet
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@JALKAD=$(abspath $(OUT))/jalkad JALKA=$(abspath $(OUT))/jalka scripts/looks

# ---- installing -----------------------------------------------------------
prefix     ?= /usr/local
bindir     ?= $(prefix)/bin
sysconfdir ?= /etc
unitdir    ?= $(prefix)/lib/systemd
STRIP      ?=
PLACED     := jalka-central.service jalka-central-init.service
PLACED_USER := jalka-field.service jalka-field.socket jalka-field-web.socket

install: all install-only ## build, then install below DESTDIR and prefix (/usr/local); configuration that is there stays

# Without building: what a package's rules call.
install-only:
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(prefix)/share/man/man1 $(DESTDIR)$(prefix)/share/man/man5 $(DESTDIR)$(prefix)/share/man/man8
	install -d $(DESTDIR)$(prefix)/share/bash-completion/completions $(DESTDIR)$(prefix)/share/doc/jalka $(DESTDIR)$(prefix)/lib/sysusers.d
	install -d $(DESTDIR)$(unitdir)/system $(DESTDIR)$(unitdir)/user $(DESTDIR)$(sysconfdir)/jalka
	install -m 755 $(STRIP) $(OUT)/jalkad $(OUT)/jalka $(DESTDIR)$(bindir)
	install -m 644 docs/man/jalka.1 $(DESTDIR)$(prefix)/share/man/man1
	install -m 644 docs/man/jalka.conf.5 $(DESTDIR)$(prefix)/share/man/man5
	install -m 644 docs/man/jalkad.8 $(DESTDIR)$(prefix)/share/man/man8
	install -m 644 scripts/install/jalka.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/jalka
	install -m 644 scripts/install/jalkad.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/jalkad
	install -m 644 docs/operations.md CHANGES.md $(DESTDIR)$(prefix)/share/doc/jalka
	install -m 644 scripts/install/jalka.sysusers $(DESTDIR)$(prefix)/lib/sysusers.d/jalka.conf
	for unit in $(PLACED); do sed 's|@bindir@|$(bindir)|' scripts/install/$$unit >$(DESTDIR)$(unitdir)/system/$$unit; done
	for unit in $(PLACED_USER); do sed 's|@bindir@|$(bindir)|' scripts/install/$$unit >$(DESTDIR)$(unitdir)/user/$$unit; done
	for conf in central.conf field.conf; do [ -e $(DESTDIR)$(sysconfdir)/jalka/$$conf ] || \
		install -m 644 scripts/install/$$conf $(DESTDIR)$(sysconfdir)/jalka; done

uninstall: ## remove what install put there; configuration and stores stay
	rm -f $(addprefix $(DESTDIR)$(bindir)/,jalkad jalka) $(addprefix $(DESTDIR)$(unitdir)/system/,$(PLACED)) \
		$(addprefix $(DESTDIR)$(unitdir)/user/,$(PLACED_USER)) $(DESTDIR)$(prefix)/lib/sysusers.d/jalka.conf \
		$(addprefix $(DESTDIR)$(prefix)/share/,man/man1/jalka.1 man/man5/jalka.conf.5 man/man8/jalkad.8 \
		bash-completion/completions/jalka bash-completion/completions/jalkad)
	rm -rf $(DESTDIR)$(prefix)/share/doc/jalka

deb: ## Debian packages for this machine, into build/deb
	@scripts/deb

deb-arm64: ## the same for arm64, cross-built
	@scripts/deb arm64

clean: ## remove what was built
	rm -rf $(BUILD)

print-%:
	@echo $($*)

.PHONY: all programs generated help bootstrap bootstrap-check units crash-bins swarm fuzz-bins check test sim bench bench-scale bench-restore demo screenshots looks install install-only uninstall deb deb-arm64 clean
