package import Times

/// The version of everything in this package: the programs are released together.
package let keyturnVersion = "0.1.0"

/// A day on which this version was not out yet, 2026-11-20: a clock that says an earlier one is wrong.
package let keyturnReleased = Timestamp(unixSeconds: 1_795_132_800)
