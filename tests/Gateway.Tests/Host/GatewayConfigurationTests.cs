namespace Messaging.Gateway.Tests.Host;

/// <summary>What the program says of a configuration that can't work, before it listens.</summary>
public sealed class GatewayConfigurationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("Messaging:Gateway:Services is empty")]
    [InlineData("Messaging:Gateway:MaxRequestBytes is 0", "--Messaging:Gateway:MaxRequestBytes", "0")]
    [InlineData("Messaging:Gateway:MaxRequestBytes", "--Messaging:Gateway:MaxRequestBytes", "many")]
    [InlineData("Messaging:RabbitMq:Uri", "--Messaging:RabbitMq:Uri", "http://localhost")]
    [InlineData("Messaging:Host:ShutdownTimeout is", "--Messaging:Host:ShutdownTimeout", "1.00:00:00")]
    [InlineData("Kestrel:Limits", "--Kestrel:Limits:MaxConcurrentConnections", "-5")]
    [InlineData("Kestrel:Limits:MinRequestBodyDataRate:BytesPerSecond is 'fast'", "--Kestrel:Limits:MinRequestBodyDataRate:BytesPerSecond", "fast")]
    [InlineData("Messaging:Gateway:Limits:MaxCalls", "--Messaging:Gateway:Limits:MaxCalls", "0")]
    public async Task It_ends_with_1_and_names_the_option(string message, params string[] arguments)
    {
        string[] services = message.StartsWith("Messaging:Gateway:Services", StringComparison.Ordinal) ? [] : ["--Messaging:Gateway:Services:0", "orders"];
        await using var process = GatewayProcess.Start(
            [.. services, "--Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0", .. arguments]);

        var (code, output) = await process.EndAsync(Ct);

        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }
}
