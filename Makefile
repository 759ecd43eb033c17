# The one entry for people and for CI. Needs python3 (>= 3.11), python3-venv and make; no compiler.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
TOOL_PIP := bin/pip --disable-pip-version-check install --quiet --require-hashes
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: demo emulate test test-hil prove fuzz audit bench check format docs clean install install-files deb deb-check
.DEFAULT_GOAL := demo

demo: $(VENV)/.runtime            ## one whole sale, shown in the terminal
	@$(BIN)/python -m bridge.emulation.demo

emulate: $(VENV)/.runtime         ## an emulated till that stays up until Ctrl-C
	@$(BIN)/pos-bridge run --emulate

test: $(VENV)/.dev $(VENV)/node   ## the whole suite
	@$(BIN)/python -m pytest -n 4

bench: $(VENV)/.dev               ## how fast, beside C, asyncio and peers (tests/bench/README.md); takes ten minutes
	@$(BIN)/python -m tests.bench --json build/bench/bench.json

prove: $(VENV)/.dev build/fuzz/.made  ## what `make test` proves by samples; PROVE=days for one part (docs/proof.md)
	@$(BIN)/python -m tests.proof.whole $(PROVE)

fuzz: build/fuzz/.made            ## what comes from outside, guided by what it reaches; FUZZ="--runs 20000 scanner-keys" for less
	@build/fuzz/bin/python -m tests.fuzz $(FUZZ)

audit: build/audit/.made          ## every pinned package against what is known of its holes; needs the network
	@for file in requirements/*.txt; do echo $$file && build/audit/bin/pip-audit --strict --require-hashes --disable-pip $(AUDIT) -r $$file || { \
		echo "make audit: $$file has a hole, or was not looked at ('not found on PyPI': its JSON API cannot be reached from here;"; \
		echo "run it where it can, or ask OSV instead: make audit AUDIT='-s osv'). What was not looked at is not known to be well."; exit 1; }; done

test-hil: $(VENV)/.dev           ## on a real kernel, in a virtual machine (docs/hil.md); skipped where there is no QEMU
	@$(BIN)/python -m pytest tests/hil --timeout=3600

check: $(VENV)/.dev               ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.runtime            ## write the reference pages anew from the code
	@$(BIN)/python -m bridge.reference

clean:
	rm -rf $(VENV) build

# --- a till ------------------------------------------------------------------------------------------------------------
DESTDIR ?=
SYSTEM_PYTHON ?= /usr/bin/python3
OPT := /opt/pos-bridge
FIRST := /usr/share/pos-bridge/pos-bridge.toml
OPT_PIP = $(DESTDIR)$(OPT)/bin/python3 -m pip --disable-pip-version-check install --quiet --no-compile --no-cache-dir

install: install-files            ## onto this machine, as root, without a package
	@install -D -m 644 systemd/pos-bridge.service systemd/pos-bridge.socket -t /etc/systemd/system
	@install -D -m 644 systemd/pos-bridge.sysusers /etc/sysusers.d/pos-bridge.conf
	@install -D -m 644 systemd/pos-bridge.tmpfiles /etc/tmpfiles.d/pos-bridge.conf
	@install -d -m 755 /etc/pos-bridge
	@install -d -m 700 /etc/pos-bridge/credentials
	@test -e /etc/pos-bridge/pos-bridge.toml || install -m 644 $(FIRST) /etc/pos-bridge/
	@systemd-sysusers && systemd-tmpfiles --create pos-bridge.conf
	@systemctl daemon-reload
	@systemctl restart systemd-modules-load.service
	@systemd-hwdb update && udevadm control --reload && udevadm trigger
	@systemctl enable --now pos-bridge.socket pos-bridge.service
	@echo "installed; now: /etc/pos-bridge/pos-bridge.toml, and pos-bridge check-config on it"

# What the package and `make install` have in common. The environment stands at its final path whatever DESTDIR is:
# what pip wrote of the path it was built in is rewritten. The configuration to begin with is nobody's yet: it is copied into
# /etc where there is none.
install-files:
	rm -rf build "$(DESTDIR)$(OPT)"
	$(SYSTEM_PYTHON) -m venv "$(DESTDIR)$(OPT)"
	$(OPT_PIP) --require-hashes -r requirements/runtime.txt
	$(OPT_PIP) --no-deps --no-build-isolation .
	$(DESTDIR)$(OPT)/bin/python3 -m pip --disable-pip-version-check uninstall --quiet --yes setuptools pip
	cd "$(DESTDIR)$(OPT)/bin" && find . ! -name 'python*' ! -name pos-bridge -type f -delete && sed -i '1s|^#!.*|#!$(OPT)/bin/python3|' pos-bridge
	rm -rf "$(DESTDIR)$(OPT)/include" "$(DESTDIR)$(OPT)/.gitignore" "$(DESTDIR)$(OPT)"/lib/python3*/site-packages/pos_bridge-*.dist-info/direct_url.json
	sed -i '/^command = /d' "$(DESTDIR)$(OPT)/pyvenv.cfg"
	$(DESTDIR)$(OPT)/bin/python3 -m compileall -q -s "$(DESTDIR)" -p / --invalidation-mode unchecked-hash "$(DESTDIR)$(OPT)/lib"
	install -d "$(DESTDIR)/usr/bin" "$(DESTDIR)/usr/share/man/man1" "$(DESTDIR)/usr/share/bash-completion/completions"
	ln -sfn $(OPT)/bin/pos-bridge "$(DESTDIR)/usr/bin/pos-bridge"
	install -m 644 docs/pos-bridge.1 "$(DESTDIR)/usr/share/man/man1/"
	_POS_BRIDGE_COMPLETE=bash_source $(DESTDIR)$(OPT)/bin/python3 -m bridge > "$(DESTDIR)/usr/share/bash-completion/completions/pos-bridge"
	install -D -m 644 systemd/pos-bridge.modules "$(DESTDIR)/usr/lib/modules-load.d/pos-bridge.conf"
	install -D -m 644 -t "$(DESTDIR)/usr/lib/udev/rules.d" udev/*.rules
	install -D -m 644 -t "$(DESTDIR)/usr/lib/udev/hwdb.d" udev/*.hwdb
	install -D -m 644 -t "$(DESTDIR)/usr/share/doc/pos-bridge" bridge/config/example.toml README.md CHANGELOG.md
	cd docs && find . '(' -name '*.md' -o -name '*.yml' ')' -exec install -D -m 644 {} "$(DESTDIR)/usr/share/doc/pos-bridge/docs/{}" \;
	install -d -m 755 "$(DESTDIR)/usr/share/pos-bridge"
	awk '/^\[http\]/ {rest = 1} rest && !/^(#|$$)/ {print "# " $$0; next} {print}' bridge/config/example.toml > "$(DESTDIR)$(FIRST)"

deb:                              ## a Debian package for this release, into dist/ (needs debhelper, python3-venv)
	@rm -rf build/deb && mkdir -p build/deb/pos-bridge dist
	@git archive HEAD | tar -x -C build/deb/pos-bridge
	@cd build/deb/pos-bridge && dpkg-buildpackage --build=binary --no-sign
	@mv build/deb/*.deb dist/ && ls -l dist/*.deb

# systemd makes folders that no package owns, so piuparts can tell what is left of ours only where systemd stays. The archive
# is the one that this machine takes Debian from.
DEBIAN = $(shell . /etc/os-release && echo $$VERSION_CODENAME)
ARCHIVE = $(shell apt-get indextargets --format '$$(REPO_URI) $$(RELEASE)' 'Created-By: Packages' | sed -n 's/ $(DEBIAN)$$//p' | head -1)
deb-check:                        ## what lintian and piuparts say of the package in dist/; as root, with both installed
	@lintian --allow-root --fail-on error,warning dist/*.deb
	@piuparts --log-level info --no-upgrade-test --distribution $(DEBIAN) --mirror "$(ARCHIVE) main" \
		--fake-essential-packages systemd,udev --install-remove-install --install-purge-install dist/*.deb

# --require-hashes makes an install repeatable: the versions and the bytes are those of requirements/.
# The project itself is linked in without a build environment of its own, so nothing unpinned is fetched.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "installing the tools of the tests ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Tools that the suite does without have environments of their own.
build/fuzz/.made: requirements/dev.txt requirements/fuzz.txt
	@$(PYTHON) -m venv --clear build/fuzz
	@build/fuzz/$(TOOL_PIP) -r requirements/dev.txt
	@build/fuzz/$(TOOL_PIP) -r requirements/fuzz.txt
	@touch $@

build/audit/.made: requirements/audit.txt
	@$(PYTHON) -m venv --clear build/audit
	@build/audit/$(TOOL_PIP) -r requirements/audit.txt
	@touch $@

# A JSON-RPC client that is not ours, where there is npm; its tests are left out elsewhere.
$(VENV)/node: tests/examples/jayson/package-lock.json | $(VENV)/.dev
	@rm -rf $@ && mkdir -p $@ && cp tests/examples/jayson/package*.json $@
	@if command -v npm >/dev/null; then npm ci --prefix $@ --ignore-scripts --no-audit --no-fund --silent || \
		echo "npm cannot fetch jayson: its tests are left out"; fi
	@touch $@
