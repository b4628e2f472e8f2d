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

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

/// What is fuzzed. Usually the tests run each target for a moment; with KEYTURN_FUZZ=1, which `scripts/fuzz` sets, the same
/// sources become a program for libFuzzer instead.
let fuzzing: [Target.Dependency] = [
    "Audit", "Daemon", "Domain", "Envelope", "Guide", "HTTPTransport", "Maintenance", "Objects", "PingFederate",
    "Scheduling",
    "SecretJSON",
    "SecretMemory", "SocketAPI", "TestSupport", "Vault", "Zoom",
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
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev", "libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CPlatform"),
        target("YAML", ["CYAML"]),
        target("SecretMemory", ["CPlatform"]),
        target("System", ["SecretMemory"]),
        target("Domain", ["SecretMemory"]),
        target("SecretJSON", ["Domain", "SecretMemory"]),
        target("Envelope", ["COpenSSL", "CPlatform", "Domain", "SecretMemory"]),
        target("Audit", ["Domain", "Envelope", "SecretJSON", "SecretMemory", "System"]),
        target("Vault", ["Audit", "Domain", "Envelope", "SecretJSON", "SecretMemory", "System"]),
        target(
            "VaultSQLite",
            ["CSQLite", "Domain", "System", "Vault"],
            exclude: [
                "schema/audit.schema.json", "schema/objects.schema.json", "schema/openapi.yaml", "schema/postgresql",
            ],
            resources: [.embedInCode("schema/v001.sql")]),
        target(
            "VaultPostgreSQL",
            ["CPostgreSQL", "Domain", "SecretMemory", "System", "Vault"],
            resources: [.embedInCode("schema/v001.sql")]),
        target("Tokens", ["Domain", "SecretMemory", "Vault"]),
        target("Rotation", ["Domain", "SecretMemory", "Vault"]),
        target(
            "Scheduling",
            [
                "Domain", "Rotation", "System", "Tokens", "Vault",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        target("HTTPTransport", ["CCurl", "COpenSSL", "CPlatform", "Domain", "SecretJSON", "SecretMemory", "System"]),
        target("Zoom", ["Domain", "HTTPTransport", "SecretJSON", "SecretMemory"]),
        target("PingFederate", ["Domain", "HTTPTransport", "SecretJSON", "SecretMemory"]),
        target("SocketAPI", ["CPlatform", "Domain", "SecretJSON", "SecretMemory", "System"]),
        target("Confinement", ["CPlatform", "SocketAPI", "System"]),
        target("SocketServer", ["CPlatform", "Domain", "SecretMemory", "SocketAPI", "System"]),
        target(
            "PushTargets",
            [
                "Audit", "CPlatform", "Domain", "Envelope", "HTTPTransport", "PingFederate", "Rotation", "SecretMemory",
                "SocketAPI", "System", "Vault", logging,
            ]),
        target("Terminal", ["Domain", "SecretMemory", "SocketAPI", "System"]),
        target("ErrorCatalog", ["Domain", "SecretJSON", "SocketAPI"]),
        target("Objects", ["Domain", "SocketAPI", "Terminal", "YAML"]),
        target("Guide", ["Domain", "SecretJSON", "SocketAPI"]),
        target("Report", ["Domain", "SecretJSON", "SecretMemory", "SocketAPI", "Terminal"]),
        target("Doctor", ["CPlatform", "Domain", "SecretMemory", "SocketAPI", "System"]),
        target(
            "Maintenance",
            [
                "Audit", "Confinement", "CPlatform", "Doctor", "Domain", "Envelope", "SecretJSON", "SecretMemory",
                "SocketAPI", "System", "Vault",
            ]),
        target(
            "Health",
            [
                "Audit", "Confinement", "CPlatform", "Doctor", "Domain", "Envelope", "HTTPTransport", "Maintenance",
                "PushTargets", "Rotation", "Scheduling", "SecretJSON", "SecretMemory", "SocketAPI", "System", "Tokens",
                "Vault", "Zoom", logging,
            ]),
        target(
            "Daemon",
            [
                "Audit", "Confinement", "CPlatform", "Doctor", "Domain", "Envelope", "Health", "HTTPTransport",
                "Maintenance", "PingFederate", "PushTargets", "Rotation", "Scheduling", "SecretJSON", "SecretMemory",
                "SocketAPI", "SocketServer", "System", "Tokens", "Vault", "YAML", "Zoom", logging,
            ]),
        target("Sandbox", ["Domain", "SecretMemory", "SocketAPI", "SocketServer", "System"]),

        executable(
            "keyturnd",
            [
                "Daemon", "Domain", "Maintenance", "SecretMemory", "SocketAPI", "Terminal", "Vault",
                "VaultPostgreSQL", "VaultSQLite",
                arguments,
                logging,
            ]),
        executable(
            "keyturn",
            [
                "Doctor", "Domain", "ErrorCatalog", "Guide", "Objects", "Report", "SecretJSON", "SecretMemory",
                "SocketAPI", "SocketServer", "System", "Terminal", arguments,
            ]),
        executable("zoom-sandbox", ["Sandbox", "SocketAPI", "Terminal", arguments]),

        .executableTarget(
            name: "SchedulerBench",
            dependencies: [
                "Domain", "Envelope", "Rotation", "Scheduling", "SecretMemory", "Tokens", "Vault", "VaultSQLite",
            ], path: "Tests/SchedulerBench", swiftSettings: settings),
        .target(
            name: "HTTPTestSupport", dependencies: ["Domain", "SocketAPI", "SocketServer", "System"],
            path: "Tests/HTTPTestSupport",
            swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["Audit", "Domain", "Envelope", "SecretMemory", "Vault"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "PostgreSQLTestSupport", dependencies: ["TestSupport"], path: "Tests/PostgreSQLTestSupport",
            swiftSettings: settings),
        // Fills vaults and times sealing, for scripts/bench.
        .executableTarget(
            name: "BenchVault", dependencies: ["Domain", "Envelope", "SecretMemory", "Vault", "VaultSQLite"],
            path: "Tests/BenchVault", swiftSettings: settings),
        tests("SystemTests", ["SecretMemory", "System"]),
        tests("DomainTests", ["Domain"]),
        tests("ConfinementTests", ["CPlatform", "Confinement"]),
        tests("SecretMemoryTests", ["SecretMemory", "TestSupport"]),
        tests("SecretJSONTests", ["Domain", "SecretJSON", "SecretMemory", "TestSupport"]),
        tests("EnvelopeTests", ["Domain", "Envelope", "SecretMemory"], exclude: ["Vectors"]),
        tests("AuditTests", ["Audit", "Domain", "SecretMemory", "TestSupport"]),
        tests(
            "VaultTests",
            ["Audit", "Domain", "Envelope", "SecretJSON", "SecretMemory", "TestSupport", "Vault"]),
        tests(
            "VaultSQLiteTests",
            [
                "CSQLite", "Domain", "Envelope", "PostgreSQLTestSupport", "SecretMemory", "TestSupport", "Vault",
                "VaultPostgreSQL", "VaultSQLite",
            ]),
        tests(
            "VaultPostgreSQLTests",
            [
                "Domain", "PostgreSQLTestSupport", "SecretMemory", "TestSupport", "Vault", "VaultPostgreSQL",
                "VaultSQLite",
            ]),
        tests("TokensTests", ["Domain", "SecretMemory", "TestSupport", "Tokens", "Vault"]),
        tests(
            "HTTPTransportTests",
            ["CCurl", "Domain", "HTTPTestSupport", "HTTPTransport", "SecretMemory", "TestSupport"]),
        tests(
            "ZoomTests",
            ["Domain", "HTTPTestSupport", "HTTPTransport", "Sandbox", "SecretMemory", "Zoom"]),
        tests(
            "PingFederateTests",
            ["Domain", "HTTPTransport", "PingFederate", "SecretJSON", "SecretMemory", "TestSupport"]),
        tests("RotationTests", ["Domain", "Rotation", "SecretMemory", "TestSupport", "Vault"]),
        tests(
            "SchedulingTests",
            ["Domain", "Rotation", "Scheduling", "SecretMemory", "TestSupport", "Tokens", "Vault"]),
        tests("ObjectsTests", ["Domain", "Objects", "SecretJSON", "SocketAPI", "TestSupport", "YAML"]),
        tests("ReportTests", ["Domain", "Report", "SecretMemory", "SocketAPI", "TestSupport"]),
        tests("GuideTests", ["Domain", "Guide", "SecretJSON", "SecretMemory", "SocketAPI", "Zoom"]),
        tests(
            "PushTargetsTests",
            [
                "Domain", "HTTPTransport", "PingFederate", "PushTargets", "Rotation", "SecretMemory", "TestSupport",
                "Vault",
            ]),
        tests("TerminalTests", ["Domain", "SecretMemory", "SocketAPI", "Terminal"]),
        tests(
            "SocketServerTests",
            ["Domain", "HTTPTestSupport", "SecretMemory", "SocketAPI", "SocketServer", "TestSupport"]),
        tests("SocketAPITests", ["Domain", "SecretJSON", "SecretMemory", "SocketAPI", "TestSupport"]),
        tests(
            "MaintenanceTests",
            ["Audit", "Domain", "Maintenance", "SecretMemory", "SocketAPI", "TestSupport", "Vault"]),
        tests(
            "HealthTests",
            [
                "Audit", "Confinement", "Doctor", "Domain", "ErrorCatalog", "Health", "HTTPTransport", "Maintenance",
                "Rotation", "Scheduling", "SecretMemory", "SocketAPI", "TestSupport", "Vault",
            ]),
        tests(
            "DaemonTests",
            [
                "Audit", "Confinement", "Daemon", "Domain", "ErrorCatalog", "Health", "HTTPTestSupport",
                "HTTPTransport", "Maintenance", "PingFederate", "Rotation", "SecretMemory", "SocketAPI", "SocketServer",
                "TestSupport", "Tokens", "Vault", "Zoom", logging,
            ]),
        tests("SandboxTests", ["Sandbox", "SocketServer", "System", "TestSupport", "zoom-sandbox"]),
        fuzzer,
        // Preloaded into programs by the end-to-end tests, and linked into none.
        .target(name: "FaultyDisk", path: "Tests/FaultyDisk"),
        .target(name: "AnswerTap", path: "Tests/AnswerTap"),
        tests(
            "EndToEndTests",
            [
                "Domain", "HTTPTransport", "PingFederate", "PostgreSQLTestSupport", "Rotation", "SecretMemory",
                "TestSupport", "keyturnd", "keyturn", "zoom-sandbox",
            ]),
    ]
)
