using System.Net;
using System.Net.Sockets;
using Messaging.Testing;

namespace Messaging.Cli.Tests;

public sealed class AlarmTests
{
    [Fact]
    public async Task The_doctor_names_a_memory_alarm()
    {
        await using var broker = await PrivateBroker.StartNewAsync(TestContext.Current.CancellationToken);
        await broker.RabbitmqctlAsync("set_vm_memory_high_watermark", "0.0001");
        var ill = await CliProcess.RunAsync(broker.Uri, null, "doctor");
        Assert.Equal(6, ill.ExitCode);
        Assert.Contains("fault   alarm: the broker has stopped reading", ill.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_names_a_closed_port()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        var closed = await CliProcess.RunAsync(new Uri($"amqp://127.0.0.1:{port}"), null, "doctor");
        Assert.Equal(3, closed.ExitCode);
        Assert.Contains("the port is closed", closed.Output, StringComparison.Ordinal);
    }
}
