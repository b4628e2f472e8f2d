import Glibc

// For scripts/bench; never shipped.
//
//   BenchVault fill FILE KEY-FILE APPS   a vault with so many apps, app-000000 and up, and a client that is this user
//                                        and may fetch all of them; KEY-FILE (at least 32 bytes) opens it
//   BenchVault seal                      how long sealing and opening a row takes, and each way into a vault

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "fill" where arguments.count == 5:
    guard let apps = Int(arguments[4]), (0...1_000_000).contains(apps) else { exit(64) }
    try await fill(arguments[2], keyFile: arguments[3], apps: apps)
case "seal" where arguments.count == 2:
    try measureSealing()
default:
    exit(64)
}
