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
        .strictMemorySafety(),
    ] + (Context.environment["KEYTURN_WARNINGS"] == "error" ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "keyturn",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "SecretMemory", swiftSettings: settings),
        .target(name: "SecretJSON", dependencies: ["SecretMemory"], swiftSettings: settings),
        .testTarget(name: "SecretMemoryTests", dependencies: ["SecretMemory"], swiftSettings: settings),
        .testTarget(name: "SecretJSONTests", dependencies: ["SecretJSON", "SecretMemory"], swiftSettings: settings),
    ]
)
