/// How long each part of a call may take.
package struct PostgreSQLLimits: Sendable, Equatable {
    /// For each address of each host: until the server has accepted the login.
    package var connect = Duration.seconds(3)
    /// The server's limit for one statement.
    package var statement = Duration.seconds(10)
    /// The server's limit for the wait for a lock.
    package var lock = Duration.seconds(5)
    /// The server's limit for a transaction whose client is silent. Until then, a client that was cut off holds its locks.
    package var idle = Duration.seconds(15)
    /// Our own limit for one answer. It is longer than the server's limits, so that a server that can be reached gives its
    /// reason first. The server has no limit for the wait for a synchronous standby.
    package var answer = Duration.seconds(12)

    /// How often the process that may change the vault says that it runs. Another one takes over when it has said nothing for
    /// four times as long.
    package var beat = Duration.seconds(5)
    /// After a server that did not answer, for how long further calls fail at once: they would only wait one after the other.
    package var pause = Duration.seconds(2)

    package init() {}

    /// How long a process that may change the vault is believed to run that says nothing, in seconds.
    var silence: Int { max(4 * beat.milliseconds / 1000, 1) }

    /// Sets the server's limits for the present transaction only: a pooler gives the session to others afterwards. And a
    /// commit is on the server's disk when it is reported, whatever the role's default is.
    var statements: String {
        """
        SELECT set_config('statement_timeout', '\(statement.milliseconds)', true), \
        set_config('lock_timeout', '\(lock.milliseconds)', true), \
        set_config('idle_in_transaction_session_timeout', '\(idle.milliseconds)', true), \
        set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
        ELSE current_setting('synchronous_commit') END, true)
        """
    }
}

extension Duration {
    /// Rounded up, and not 0: to the server, 0 is no limit.
    var milliseconds: Int { max(Int((self / .milliseconds(1)).rounded(.up)), 1) }

    /// For messages.
    var words: String {
        let tenths = (milliseconds + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
