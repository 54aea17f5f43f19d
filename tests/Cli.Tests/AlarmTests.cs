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
        Assert.True(ill.ExitCode == 6, ill.ToString());
        Assert.Contains("fault   alarm: the broker has stopped reading", ill.Output, StringComparison.Ordinal);
        Assert.Contains("raise vm_memory_high_watermark", ill.Output, StringComparison.Ordinal);
    }
}
