using Messaging.Faults.Schedules;

namespace Messaging.Faults.Tests;

/// <summary>Scheduled commands while the broker is restarted: the long form, short.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task Scheduled_commands_are_neither_lost_nor_early_nor_late_when_the_broker_is_killed_and_restarted()
    {
        var output = TestContext.Current.TestOutputHelper!;
        var verdict = await ScheduleRun.ExecuteAsync(
            new ScheduleOptions { Restarts = 2, Every = TimeSpan.FromSeconds(6), MaxDelay = 10 }, output.WriteLine, TestContext.Current.CancellationToken);

        output.WriteLine(verdict.ToString());
        Assert.True(verdict.IsGood, verdict.ToString());
    }
}
