using Messaging.Faults.Overload;

namespace Messaging.Faults.Tests;

/// <summary>Overload, the long form, short: what is run is what is judged. How much is answered says the long form.</summary>
public sealed class OverloadTests
{
    [Fact]
    public async Task A_run_in_memory_offers_more_than_can_be_done_and_counts_every_call_of_everybody()
    {
        var said = new List<string>();
        var verdict = await OverloadRun.ExecuteAsync(
            new OverloadOptions
            {
                InMemory = true,
                Factor = 4,
                Flooders = 2,
                Slots = 4,
                Streams = 1,
                Deadline = TimeSpan.FromMilliseconds(300),
                Bystander = 0.1,
                Phase = TimeSpan.FromMilliseconds(400),
                Duration = TimeSpan.FromMilliseconds(800),
            },
            said.Add,
            TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper!.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Problems);
        Assert.Equal(["flooder-1", "flooder-2", "bystander"], verdict.Shares.Select(static share => share.Name));
        Assert.All(verdict.Shares, static share => Assert.NotEqual(0, share.Made));
        Assert.Equal(verdict.Shares.Sum(static share => share.Made), verdict.Outcomes.Sum(static outcome => outcome.Count));

        // Slots of 20 ms can't do more, and more has to be offered, on any machine.
        Assert.InRange(verdict.Capacity, 1, 4 / 0.02);
        Assert.True(verdict.Offered > 1.5 * verdict.Capacity, verdict.ToString());
        Assert.NotEqual(0, verdict.Begun);
        Assert.Equal(4, verdict.Bystander.Count);
        Assert.Equal(Enum.GetValues<OverloadPhase>().Length + 1, said.Count);
    }
}
