using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Cli.Doctor;
using Messaging.RabbitMq;

namespace Messaging.Cli.Tests;

/// <summary>Each fault is named with its remedy.</summary>
public sealed class DoctorTests(CalcBroker calc) : IClassFixture<CalcBroker>
{
    private static readonly DateTimeOffset _now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_healthy_broker_is_well_and_its_clock_is_read()
    {
        var well = await RunAsync("doctor", "--service", "calc");
        Assert.True(well.ExitCode == 0, well.ToString());
        Assert.Contains("AMQP 0-9-1", well.Output, StringComparison.Ordinal);
        Assert.Contains("ok      clock: the broker's and this machine's agree", well.Output, StringComparison.Ordinal);
        Assert.Contains("ok      delays: ", well.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("->", well.Output, StringComparison.Ordinal);

        var checks = JsonNode.Parse((await RunAsync("doctor", "--json")).Output)!["checks"]!.AsArray();
        Assert.All(checks, static check => Assert.Equal("ok", (string?)check!["state"]));
    }

    [Fact]
    public async Task A_wrong_password_is_named_and_not_printed()
    {
        var ill = await RunAsync("doctor", "--broker", $"amqp://guest:hush@127.0.0.1:{calc.Broker.Port}/");
        Assert.Equal(3, ill.ExitCode);
        Assert.Contains("refuses the user 'guest' or the password", ill.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", ill.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_host_that_is_missing_is_named()
    {
        var ill = await RunAsync("doctor", "--broker", $"amqp://guest:guest@127.0.0.1:{calc.Broker.Port}/nowhere");
        Assert.Equal(3, ill.ExitCode);
        Assert.Contains("does not have the virtual host", ill.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("configure", "^nothing$", ".*", ".*")]
    [InlineData("write", ".*", "^nothing$", ".*")]
    [InlineData("read", ".*", ".*", "^nothing$")]
    public async Task A_missing_permission_is_named_with_the_command_that_grants_it(string right, string configure, string write, string read)
    {
        await calc.Broker.RabbitmqctlAsync("add_user", $"no-{right}", "pw");
        await calc.Broker.RabbitmqctlAsync("set_permissions", $"no-{right}", configure, write, read);
        var ill = await CliProcess.RunAsync(calc.Broker.UriFor($"no-{right}", "pw"), null, "doctor");
        Assert.Equal(6, ill.ExitCode);
        Assert.Contains("fault   permissions: ", ill.Output, StringComparison.Ordinal);
        Assert.Contains(right, ill.Output, StringComparison.Ordinal);
        Assert.Contains($"rabbitmqctl set_permissions -p / no-{right} ", ill.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_with_other_arguments_is_named_with_the_argument()
    {
        var applied = await RunAsync("topology", "apply", "--service", "clashing", "--expiry", "2m");
        Assert.True(applied.ExitCode == 0, applied.ToString());
        var ill = await RunAsync("doctor", "--service", "clashing");
        Assert.Equal(6, ill.ExitCode);
        Assert.Contains("fault   queues of clashing: ", ill.Output, StringComparison.Ordinal);
        Assert.Contains("x-expires is 120000 there and 60000 here", ill.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_a_strange_host_and_a_server_of_something_else_are_told_apart()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var answering = AnswerAsync(server);
        var strange = await RunAsync("doctor", "--broker", $"amqp://127.0.0.1:{port}");
        Assert.Equal(3, strange.ExitCode);
        Assert.Contains("does not speak AMQP", strange.Output, StringComparison.Ordinal);
        server.Stop();
        await answering;

        var closed = await RunAsync("doctor", "--broker", $"amqp://127.0.0.1:{port}");
        Assert.Equal(3, closed.ExitCode);
        Assert.Contains("the port is closed", closed.Output, StringComparison.Ordinal);
        Assert.Contains("-> Start RabbitMQ", closed.Output, StringComparison.Ordinal);

        var nobody = await RunAsync("doctor", "--broker", "amqp://nobody.invalid");
        Assert.Equal(3, nobody.ExitCode);
        Assert.Contains("no host of this name is known", nobody.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_broker_is_told_to_be_updated()
    {
        var version = Examination.Judge(new BrokerFacts("RabbitMQ", "3.8.9", null, TimeSpan.FromSeconds(60), 131072))
            .Single(static finding => string.Equals(finding.Check, "version", StringComparison.Ordinal));
        Assert.Equal(FindingState.Fault, version.State);
        Assert.Contains("3.8.9", version.Message, StringComparison.Ordinal);
        Assert.StartsWith("Update RabbitMQ to 3.10", version.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true, "agree")]
    [InlineData(-4, true, "agree")]
    [InlineData(-3600, false, "3600 s behind")]
    [InlineData(90, false, "90 s ahead of")]
    public void A_clock_that_is_far_off_is_named(int secondsThere, bool isGood, string words)
    {
        var finding = ClockCheck.Judge(_now.AddSeconds(secondsThere), _now, _now.AddSeconds(1));
        Assert.Equal(isGood ? FindingState.Good : FindingState.Fault, finding.State);
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);
        Assert.Equal(isGood, finding.Remedy is null);
    }

    private static async Task AnswerAsync(TcpListener server)
    {
        try
        {
            while (true)
            {
                using var client = await server.AcceptTcpClientAsync(Token);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"), Token);
            }
        }
        catch (SocketException)
        {
            // It was stopped.
        }
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(calc.Broker.Uri, input: null, arguments);
}
