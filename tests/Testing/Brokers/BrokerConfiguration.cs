namespace Messaging.Testing.Brokers;

/// <summary>
/// What a private broker is told: what makes it light and reachable, takes bodies over our own limit (RabbitMQ 4 stops at
/// 16 MiB by default), and has it try again what it could not pass on.
/// </summary>
internal static class BrokerConfiguration
{
    public const string Text = """
        loopback_users = none
        log.file.level = warning
        log.console = false
        disk_free_limit.absolute = 50MB
        collect_statistics = none
        max_message_size = 134217728

        """;

    /// <summary>Says in milliseconds how long a queue waits before it hands a dead-lettered message over again; <c>default</c> for as long as RabbitMQ does by itself.</summary>
    public const string ConfirmTimeoutVariable = "MESSAGING_TEST_CONFIRM_TIMEOUT";

    /// <summary>
    /// How long a queue waits before it hands a dead-lettered message over again that the next queue has not confirmed:
    /// 3 minutes by default, which is what a delayed message loses where a restart catches it between two queues.
    /// </summary>
    public static string Advanced => Environment.GetEnvironmentVariable(ConfirmTimeoutVariable) switch
    {
        null or "" => Setting("1000"),
        "default" => "[].\n",
        var milliseconds => Setting(milliseconds),
    };

    private static string Setting(string milliseconds) => $"[{{rabbit, [{{dead_letter_worker_publisher_confirm_timeout, {milliseconds}}}]}}].\n";
}
