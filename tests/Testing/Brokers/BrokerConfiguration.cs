namespace Messaging.Testing.Brokers;

/// <summary>What a private broker is told: nothing that changes its behaviour, only what makes it light and reachable.</summary>
internal static class BrokerConfiguration
{
    public const string Text = """
        loopback_users = none
        log.file.level = warning
        log.console = false
        disk_free_limit.absolute = 50MB
        collect_statistics = none

        """;
}
