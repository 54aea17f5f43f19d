namespace Orders.Hosting;

/// <summary>What this process shall do, from the command line, else from the environment and appsettings.json.</summary>
internal sealed record OrdersSettings
{
    /// <summary>The part it plays. <c>--role</c>, <c>Orders__Role</c>.</summary>
    public required Role Role { get; init; }

    /// <summary>The broker; null for the embedded one. <c>--broker</c>, <c>Messaging__RabbitMq__Uri</c>.</summary>
    public Uri? Broker { get; init; }

    /// <summary>The worker's name. <c>--name</c>, <c>Orders__Name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the web app listens. <c>--urls</c>, <c>ASPNETCORE_URLS</c>.</summary>
    public required string Urls { get; init; }

    /// <summary>Where a worker alone answers whether it is well; null for nowhere. <c>Orders__Health</c>.</summary>
    public string? Health { get; init; }

    /// <summary>Run the tour and end. <c>--once</c>.</summary>
    public bool Once { get; init; }

    /// <summary>How many workers play in the role <see cref="Role.All"/>.</summary>
    public const int Workers = 3;

    /// <summary>Lays what the command line says over the configuration.</summary>
    /// <exception cref="SettingsException">A value can't be used.</exception>
    public static OrdersSettings From(IConfiguration configuration, string? role, string? broker, string? name, string? urls, bool once)
    {
        var settings = new OrdersSettings
        {
            Role = ParseRole(role ?? configuration["Orders:Role"]),
            Broker = ParseBroker(broker ?? configuration["Messaging:RabbitMq:Uri"]),
            Name = name ?? NonEmpty(configuration["Orders:Name"]) ?? $"{Environment.MachineName}-{Environment.ProcessId}",
            Urls = urls ?? NonEmpty(configuration["ASPNETCORE_URLS"]) ?? "http://localhost:5000",
            Health = NonEmpty(configuration["Orders:Health"]),
            Once = once,
        };

        return settings switch
        {
            { Broker: null, Role: not Role.All } => throw new SettingsException(
                $"A {settings.Role.ToString().ToLowerInvariant()} process needs a broker, as the embedded one lives within one process only: add --broker amqp://host."),
            { Once: true, Role: not Role.All } => throw new SettingsException(
                "--once plays every part itself: leave --role out."),
            _ => settings,
        };
    }

    private static Role ParseRole(string? value) => NonEmpty(value) switch
    {
        null => Role.All,
        { } text when Enum.TryParse<Role>(text, ignoreCase: true, out var role) && Enum.IsDefined(role) => role,
        { } text => throw new SettingsException($"The role '{text}' does not exist: use all, web or worker."),
    };

    private static Uri? ParseBroker(string? value) => NonEmpty(value) switch
    {
        null => null,
        { } text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" => uri,
        { } text => throw new SettingsException($"The broker '{text}' is not an address such as amqp://localhost:5672."),
    };

    private static string? NonEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
