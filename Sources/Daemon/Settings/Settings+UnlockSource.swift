package import Maintenance

extension Settings {
    /// What opens the vault at the start; `nil` when there is nothing, and the daemon starts locked.
    /// - Parameters:
    ///   - credential: the file that systemd's credential is in.
    ///   - closed: directories that no command of the settings can write to.
    package func unlockSource(credential: String?, closed: [String]) -> UnlockSource? {
        UnlockSource(
            credential: credential, keyFile: keyFile, command: unlockCommand, timeout: commandTimeout, closed: closed)
    }
}
