# shellcheck shell=bash
# Proves the gate: a good sample tree is green, and each bad sample turns the rule red that it breaks. The samples are
# checked by a copy of these very scripts, which reveals a gate that no longer fails.

: "${work:?the folder to work in, made by scripts/check}"
proven=0 unproven=0 sample=''

good() { ((proven += 1)); }

bad() {
    complain "not proven: $*"
    ((unproven += 1))
}

# Makes a new good tree at `sample`. It also contains near misses that the rules must accept.
new_sample() {
    sample=$(mktemp -d "$work/a sample.XXXX")
    mkdir -p "$sample"/Sources/{Domain,keyturn,CPlatform/include} "$sample/Tests/DomainTests"
    cp -a scripts .swift-format "$sample"
    {
        printf '// swift-tools-version: 6.2\nimport PackageDescription\n\n'
        sed -n '/^let settings/,/^$/p' Package.swift
        printf '// Named, but not built: "keyturn", "CPlatform", "DomainTests".\n'
        printf 'let package = Package(name: "sample", targets: [.target(name: "Domain", swiftSettings: settings)])\n'
    } >"$sample/Package.swift"
    put scripts/imports.txt '*: Glibc' '' 'Domain:' 'SocketAPI:' 'Vault:' 'VaultSQLite: # nothing' 'Tokens:' 'Sandbox:' \
        'keyturnd:' 'keyturn: Foundation' 'keyturn: Domain'
    put Sources/Domain/Name.swift '// import Vault: a comment may' '' \
        '/// Blueprint (of a name); never printed (see fatalErrors)' 'package let asked = "was!"' '' \
        '// Never written after start.' 'nonisolated(unsafe) package var safe = 1'
    put Sources/keyturn/Keyturn.swift 'import Foundation' 'import struct Domain.Name' '' 'print("hello")'
    put Sources/CPlatform/platform.c 'int one(void) { return 1; }'
    put Tests/DomainTests/NameTests.swift 'import Foundation' 'import Testing' 'import Vault'
    put scripts/hello '#!/bin/sh' 'echo hello'
    # shellcheck disable=SC2016
    put docs/good.md '# Its `name`: [two](good.md) words' '[up](../docs/good.md#its-name-two-words), [out](https://example.com/x#y)' \
        'NameTests, `DomainTests`, DomainTests/NameTests' '```' '[not a link](gone.md)' 'GoneTests' '```'
}

# Writes lines to a file of the sample.
put() {
    local path=$sample/$1
    shift
    mkdir -p "$(dirname "$path")"
    printf '%s\n' "$@" >"$path"
}

# red RULE PATH LINE...: with this file in a good tree, the rule fails and names the file.
red() {
    local rule=$1 path=$2 said status=0
    shift 2
    new_sample
    put "$path" "$@"
    said=$(bash "$sample/scripts/check" --only "$rule" 2>&1) || status=$?
    if ((status == 1)) && [[ $said == *"$path"* ]]; then good; else bad "$rule lets pass in $path: $*"; fi
    rm -rf "$sample"
}

prove_rules() {
    local word said manifest=(
        '// swift-tools-version: 6.2' 'import PackageDescription'
        'let package = Package(name: "sample", targets: [.target(name: "CPlatform"), .target(name: "Domain"),')
    new_sample
    if said=$(bash "$sample/scripts/check" --quick 2>&1); then good; else bad "the good sample is red: $said"; fi
    rm "$sample/scripts/imports.awk"
    if bash "$sample/scripts/check" --quick >/dev/null 2>&1; then bad "a broken rule is green"; else good; fi

    red format Sources/Domain/Bad.swift 'package let  wide=1'
    red imports Sources/Vault/Bad.swift 'import CSQLite'
    red imports Sources/Tokens/Bad.swift 'package import Zoom'
    red imports Sources/keyturn/Bad.swift '@testable import Vault'
    red imports Sources/keyturnd/Bad.swift 'import Envelope'
    red imports Sources/SocketAPI/Bad.swift 'import struct Logging.Logger'
    red imports Sources/VaultSQLite/Bad.swift '@_spi(Some) import COpenSSL'
    red imports Sources/Sandbox/Bad.swift 'import Glibc; import Vault'
    red imports Sources/Domain/Bad.swift '#if canImport(Foundation)' '    import Foundation' '#endif'
    red imports Sources/Domain/Bad.swift 'import Unheard'
    red imports Sources/Unheard/Bad.swift 'package let one = 1'
    red imports scripts/imports.txt 'keyturn: Foundation Domain' 'Domain:'
    red imports scripts/imports.txt 'Domain:' 'Vault:' 'keyturn: Foundation Domain Vault'
    red imports scripts/imports.txt 'Domain:' 'Vault: Domain' 'keyturn: Foundation Domain'
    red targets Tests/UnheardTests/Bad.swift '// never built'
    red targets Package.swift "${manifest[@]}" '.executableTarget(name: "keyturn"), .testTarget(name: "DomainTests")])'
    red targets Package.swift "${manifest[@]}" \
        '.executableTarget(name: "keyturn", dependencies: ["CPlatform", "Domain"]), .testTarget(name: "DomainTests")])'
    for word in 'try! open()' 'one as! Two' 'fatalError()' '// TODO: later' '/* FIXME */' 'print(1)' 'Swift.print(1)' \
        'import XCTest' 'final class Odd: @unchecked Sendable {}' 'nonisolated(unsafe) var odd = 1'; do
        red words Sources/Domain/Bad.swift '// Far above.' '' "$word" '' '// Far below.'
    done
    red words Tests/DomainTests/Bad.swift 'import XCTest'
    red words Tests/DomainTests/Bad.swift '@Test(arguments: [1, 2])' 'func aName(_ text: Int) {}'
    red instruments Sources/Domain/Bad.swift 'let variable = "KEYTURN_TEST_ODD"'
    red instruments Sources/Domain/Bad.swift '#if FAULT_POINTS' '#else' 'let variable = "KEYTURN_FAULT"' '#endif'
    red sizes Sources/Domain/Bad.swift "$(seq -f '// %g' 251)"
    for word in '../sha''red/x' '/wo''rk/x' '/opt/sw''ift' '/ro''ot/x'; do
        red mentions docs/bad.md "see $word"
    done
    # The names are in two parts, so that this script is not code that has them.
    # shellcheck disable=SC2016
    red names docs/bad.md 'a `Gone''Type` that is nowhere'
    # shellcheck disable=SC2016
    red names README.md 'fine: `Name`, then' '```' '`Not''Checked`' '```' 'in `Domain/Gone''Type`'
    for word in '[it](gone.md)' '[it](../gone)' '[it](#there)' '[it](good.md#there)' '[one](good.md) [it](gone/)'; do
        red links docs/bad.md '# Here' "$word"
    done
    red links docs/README.md 'The index of no page.'
    # shellcheck disable=SC2016
    for word in GoneTests '`DomainTests/GoneTests`' 'DomainTests, OtherTests/NameTests'; do
        red links docs/bad.md "$word"
    done
    red links Tests/OtherTests/NameTests.swift '// The good page has to say now which one it means.'
    red shell scripts/bad '#!/bin/bash' 'if true; then'
    # shellcheck disable=SC2016
    if have_command shellcheck; then red shell scripts/bad '#!/bin/bash' 'rm $1'; fi
    if have_command systemd-analyze; then
        red units scripts/systemd/bad.service '[Service]' 'ExecStart=/bin/true'
        red units scripts/systemd/bad.socket '[Socket]' 'ListenStraem=/run/bad'
    fi
    red parts scripts/release.d/check.py 'PROGRAMS, WRITABLE = ["keyturn"], {"var/lib/keyturn": 0o1770}' \
        'image = bill = lambda *_: []'
    if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
        red parts docs/kubernetes/bad.yaml 'kind: Job' 'spec: {template: {spec: {containers: [{name: a, image: a/keyturn:1}]}}}'
    fi
    red c Sources/CPlatform/bad.c 'int two(void) { int unused; return 2; }'
}

# counts EXPECTED STATUS LINE...: the result of count_tests for a log.
counts() {
    local expected=$1 wanted=$2 said status=0
    shift 2
    printf '%s\n' "$@" >"$work/log"
    said=$(count_tests "$work/log") || status=$?
    if [[ $said == "$expected" ]] && ((status == wanted)); then good; else bad "counts '$said' ($status) in: $*"; fi
}

prove_count() {
    local red_mark=$'\e[91m✘\e[0m'
    counts '7 passed, 0 failed' 0 '✔ Test run with 7 tests in 2 suites passed after 1.5 seconds.'
    counts '1 passed, 0 failed' 0 '✔ Test run with 1 test in 0 suites passed after 0.001 seconds.'
    counts '4 passed, 0 failed, 1 skipped' 0 '➜ Test off() skipped: "not here"' \
        '✔ Test run with 2 tests in 1 suite passed after 1 seconds.' \
        '✔ Test run with 3 tests in 1 suite passed after 1 seconds with 1 known issue.'
    counts '0 passed, 0 failed' 1 'Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds' \
        '✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.'
    counts '0 passed, 0 failed, 1 skipped' 1 '➜ Test off() skipped.' \
        '✔ Test run with 1 test in 0 suites passed after 0.001 seconds.'
    counts '2 passed, 1 failed' 1 "$red_mark"' Test "x" with 3 test cases failed after 0.1 seconds with 2 issues.' \
        "$red_mark"' Test run with 3 tests in 1 suite failed after 0.1 seconds with 2 issues.'
    counts '2 passed, 1 failed' 1 '✘ Test one() failed after 0.1 seconds with 1 issue.' \
        '✔ Test run with 3 tests in 1 suite passed after 0.1 seconds.'
    counts '3 passed, 0 failed' 1 '✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 1 issue.'
    counts 'the tests did not come to their end' 1 '✔ Test one() passed after 0.1 seconds.'
}

# ends STATUS BUILD TEST LINE: the result of scripts/test when swift's build, tests and output are as given.
ends() {
    local wanted=$1 status=0
    put bin/swift '#!/bin/sh' "case \$1 in package) echo '{\"targets\": []}' ;; build) exit $2 ;; test) echo '$4'; exit $3 ;; esac"
    chmod +x "$sample/bin/swift"
    KEYTURN_PROVING=1 PATH="$sample/bin:$PATH" bash "$sample/scripts/test" >"$work/said" 2>&1 || status=$?
    if ((status == wanted)); then good; else bad "scripts/test ends with $status, build $2, test $3: $4"; fi
}

prove_test() {
    local closing='Test run with 5 tests in 1 suite passed after 0.1 seconds.'
    new_sample
    ends 0 0 0 "$closing"
    # Five in each of its two runs.
    [[ $(tail -n 1 "$work/said") == '10 passed, 0 failed' ]] || bad "scripts/test does not end with its count"
    ends 1 1 0 "$closing"
    ends 1 0 1 "$closing"
    ends 1 0 0 "${closing/5/0}"
    ends 1 0 0 ''
    put Sources/Domain/Bad.swift 'try! open()'
    ends 1 0 0 "$closing"
    put scripts/check 'exit 0'
    ends 1 0 0 "$closing"
}

prove_build() {
    local said
    new_sample
    put Sources/Domain/Bad.swift 'package func warned() {' '    let unused = 1' '}'
    if said=$(bash "$sample/scripts/check" 2>&1); then bad "a warning passes the build"; else good; fi
    [[ $said == *"error: "*unused* ]] || bad "the build fails for another reason: $said"
    rm "$sample/Sources/Domain/Bad.swift"
    if said=$(bash "$sample/scripts/check" 2>&1); then good; else bad "a clean build is red: $said"; fi
}

end_of_proof() {
    ((unproven == 0)) || die "$unproven of $((proven + unproven)) proofs failed"
    say "proof: $proven bad and good samples, each judged rightly"
}
