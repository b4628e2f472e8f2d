// swift-tools-version: 6.2
import PackageDescription

/// One dialect for every Swift target. `scripts/check` turns warnings into errors by setting
/// `KEYTURN_WARNINGS=error`: a newer compiler must not break a user's build with a new warning.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableExperimentalFeature("Lifetimes"),
        .strictMemorySafety(),
        .define("FAULT_POINTS", .when(configuration: .debug)),
    ] + (Context.environment["KEYTURN_WARNINGS"] == "error" ? [.treatAllWarnings(as: .error)] : [])

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func target(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// What is fuzzed. Usually the tests run each target for a moment; with KEYTURN_FUZZ=1, which `scripts/fuzz` sets, the same
/// sources become a program for libFuzzer instead.
let fuzzing: [Target.Dependency] = [
    "Audit", "Daemon", "Envelope", "Guide", "HTTPTransport", "Names", "PingFederate", "Schedule", "SecretJSON",
    "SecretMemory", "SocketAPI", "TestSupport", "Times", "Vault", "Zoom",
]
let fuzzer: Target =
    Context.environment["KEYTURN_FUZZ"] == "1"
    ? .executableTarget(
        name: "keyturn-fuzz", dependencies: fuzzing, path: "Tests/FuzzTests",
        exclude: ["Corpus.swift", "FuzzTests.swift", "Mutator.swift", "RequestMaker.swift"],
        swiftSettings: settings)
    : .testTarget(
        name: "FuzzTests", dependencies: fuzzing, path: "Tests/FuzzTests", exclude: ["Driver"],
        swiftSettings: settings)

let package = Package(
    name: "keyturn",
    products: [
        .library(name: "AnswerTap", type: .dynamic, targets: ["AnswerTap"]),
        .library(name: "FaultyDisk", type: .dynamic, targets: ["FaultyDisk"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // From the ground up: a target imports only what stands above it here.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CPlatform"),
        target("Names"),
        target("Times"),
        target("Schedule", ["Times"]),
        target("Confinement", ["CPlatform"]),
        target("SecretMemory", ["CPlatform"]),
        target("SecretJSON", ["Names", "SecretMemory", "Times"]),
        target("Envelope", ["COpenSSL", "CPlatform", "SecretMemory"]),
        target("Audit", ["Envelope", "SecretJSON", "SecretMemory", "Times"]),
        target("Vault", ["Audit", "Envelope", "Names", "SecretJSON", "SecretMemory", "Times"]),
        target(
            "VaultSQLite",
            ["CSQLite", "Times", "Vault"],
            exclude: ["schema/audit.schema.json", "schema/openapi.yaml"],
            resources: [.embedInCode("schema/v001.sql")]),
        target("EscrowFiles", ["Vault"]),
        target("Tokens", ["Names", "SecretMemory", "Times", "Vault"]),
        target("Rotation", ["Names", "SecretMemory", "Times", "Vault"]),
        target(
            "Scheduling",
            [
                "Names", "Rotation", "Schedule", "Times", "Tokens", "Vault",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        target("HTTPTransport", ["CCurl", "COpenSSL", "SecretJSON", "SecretMemory"]),
        target("Zoom", ["HTTPTransport", "SecretJSON", "SecretMemory", "Times"]),
        target("PingFederate", ["HTTPTransport", "SecretJSON", "SecretMemory", "Times"]),
        target("SocketAPI", ["CPlatform", "Names", "SecretJSON", "SecretMemory", "Times"]),
        target("SocketServer", ["CPlatform", "Names", "SecretMemory", "SocketAPI"]),
        target("TerminalText", ["Names", "SocketAPI", "Times"]),
        target("ErrorCatalog", ["SecretJSON", "SocketAPI", "TerminalText"]),
        target("Guide", ["Names", "SecretJSON", "SocketAPI", "Times"]),
        target("Doctor", ["CPlatform", "SecretMemory", "SocketAPI", "Times"]),
        target(
            "Daemon",
            [
                "Audit", "CPlatform", "CYAML", "Confinement", "Doctor", "Envelope", "EscrowFiles", "HTTPTransport",
                "Names", "PingFederate", "Rotation", "Schedule", "Scheduling", "SecretJSON", "SecretMemory",
                "SocketAPI", "SocketServer", "Times", "Tokens", "Vault", "VaultSQLite", "Zoom", logging,
            ]),
        target("TerminalInput", ["SecretMemory"]),
        target("Sandbox", ["Names", "SecretMemory", "SocketAPI", "SocketServer"]),

        executable(
            "keyturnd",
            ["Daemon", "SecretMemory", "SocketAPI", "TerminalInput", "TerminalText", "Times", arguments, logging]),
        executable(
            "keyturn",
            [
                "Doctor", "ErrorCatalog", "Guide", "Names", "Schedule", "SecretMemory", "SocketAPI", "TerminalInput",
                "TerminalText",
                "Times",
                arguments,
            ]),
        executable("zoom-sandbox", ["Sandbox", "SocketAPI", "TerminalInput", arguments]),

        .executableTarget(
            name: "SchedulerBench",
            dependencies: [
                "Names", "Rotation", "Scheduling", "SecretMemory", "Times", "Tokens", "Vault", "VaultSQLite",
                "Envelope",
            ], path: "Tests/SchedulerBench", swiftSettings: settings),
        .target(
            name: "HTTPTestSupport", dependencies: ["Names", "SocketAPI", "SocketServer"],
            path: "Tests/HTTPTestSupport",
            swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["Envelope", "Names", "SecretMemory", "Times", "Vault"],
            path: "Tests/TestSupport", swiftSettings: settings),
        // Fills vaults and times sealing, for scripts/bench.
        .executableTarget(
            name: "BenchVault", dependencies: ["Envelope", "Names", "SecretMemory", "Times", "Vault", "VaultSQLite"],
            path: "Tests/BenchVault", swiftSettings: settings),
        tests("NamesTests", ["Names"]),
        tests("TimesTests", ["Times"]),
        tests("ScheduleTests", ["Schedule", "Times"]),
        tests("ConfinementTests", ["CPlatform", "Confinement"]),
        tests("SecretMemoryTests", ["SecretMemory", "TestSupport"]),
        tests("SecretJSONTests", ["SecretJSON", "SecretMemory", "TestSupport"]),
        tests("EnvelopeTests", ["Envelope", "SecretMemory"]),
        tests("AuditTests", ["Audit", "Envelope", "SecretMemory", "TestSupport", "Times"]),
        tests(
            "VaultTests",
            ["Audit", "Envelope", "Names", "SecretJSON", "SecretMemory", "TestSupport", "Times", "Vault"]),
        tests(
            "VaultSQLiteTests",
            ["Envelope", "Names", "SecretMemory", "TestSupport", "Times", "Vault", "VaultSQLite"]),
        tests(
            "EscrowFilesTests", ["Envelope", "EscrowFiles", "Names", "SecretMemory", "TestSupport", "Times", "Vault"]),
        tests(
            "TokensTests",
            ["Envelope", "Names", "SecretMemory", "TestSupport", "Times", "Tokens", "Vault", "VaultSQLite"]),
        tests("HTTPTransportTests", ["CCurl", "HTTPTestSupport", "HTTPTransport", "SecretMemory", "TestSupport"]),
        tests(
            "ZoomTests",
            ["HTTPTestSupport", "HTTPTransport", "Sandbox", "SecretJSON", "SecretMemory", "Times", "Zoom"]),
        tests(
            "PingFederateTests",
            ["HTTPTransport", "PingFederate", "SecretJSON", "SecretMemory", "TestSupport", "Times"]),
        tests("RotationTests", ["Names", "Rotation", "SecretMemory", "TestSupport", "Times", "Vault"]),
        tests(
            "SchedulingTests",
            ["Names", "Rotation", "Schedule", "Scheduling", "SecretMemory", "TestSupport", "Times", "Tokens", "Vault"]),
        tests("GuideTests", ["Guide", "Names", "SecretJSON", "SecretMemory", "SocketAPI", "Zoom"]),
        tests("TerminalTextTests", ["Names", "SocketAPI", "TerminalInput", "TerminalText", "Times"]),
        tests(
            "SocketServerTests",
            ["HTTPTestSupport", "Names", "SecretMemory", "SocketAPI", "SocketServer", "TestSupport", "Times"]),
        tests("SocketAPITests", ["Names", "SecretJSON", "SecretMemory", "SocketAPI", "Times"]),
        tests(
            "DaemonTests",
            [
                "Audit", "Confinement", "Daemon", "Doctor", "ErrorCatalog", "HTTPTestSupport", "HTTPTransport", "Names",
                "PingFederate", "Rotation",
                "Schedule", "Scheduling",
                "SecretMemory",
                "SocketAPI", "SocketServer",
                "TestSupport", "Times", "Tokens", "Vault", "Zoom", logging,
            ]),
        tests("SandboxTests", ["Sandbox", "SocketServer", "TestSupport", "zoom-sandbox"]),
        fuzzer,
        // Preloaded into programs by the end-to-end tests, and linked into none.
        .target(name: "FaultyDisk", path: "Tests/FaultyDisk"),
        .target(name: "AnswerTap", path: "Tests/AnswerTap"),
        tests(
            "EndToEndTests",
            [
                "HTTPTransport", "PingFederate", "Rotation", "SecretMemory", "TestSupport", "keyturnd", "keyturn",
                "zoom-sandbox",
            ]),
    ]
)
