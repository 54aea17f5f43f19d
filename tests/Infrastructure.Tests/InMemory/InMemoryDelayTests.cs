using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

public sealed class InMemoryDelayTests : InMemoryTestBase
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(TimeSpan.TicksPerSecond, 1)]
    [InlineData(TimeSpan.TicksPerSecond + 1, 2)]
    [InlineData(100 * TimeSpan.TicksPerSecond, 100)]
    public async Task A_delay_is_rounded_up_to_whole_seconds(long ticks, int seconds)
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1") with { Delay = TimeSpan.FromTicks(ticks) });

        Harness.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(WaitingIds(Commands));
        Harness.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["1"], WaitingIds(Commands));
    }

    [Fact]
    public async Task No_delay_is_none()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("1") with { Delay = TimeSpan.Zero });

        Assert.Equal(["1"], WaitingIds(Commands));
    }

    [Fact]
    public async Task What_comes_due_while_the_broker_is_stopped_is_there_when_it_starts()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("due meanwhile") with { Delay = TimeSpan.FromSeconds(10) });
        await requester.PublishConfirmedAsync(Command("due later") with { Delay = TimeSpan.FromSeconds(30) });

        Faults.Stop();
        Harness.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(WaitingIds(Commands));
        Faults.Start();

        Assert.Equal(["due meanwhile"], WaitingIds(Commands));
        Harness.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["due meanwhile", "due later"], WaitingIds(Commands));
    }

    [Fact]
    public async Task The_longest_delay_passes()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1") with { Delay = OutboundMessage.MaxDelay });

        Harness.Time.Advance(OutboundMessage.MaxDelay - TimeSpan.FromSeconds(1));
        Assert.Empty(WaitingIds(Commands));
        Harness.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["1"], WaitingIds(Commands));
    }

    [Fact]
    public async Task Whoever_deletes_a_queue_and_declares_it_again_gets_what_is_due_then_and_what_was_due_meanwhile()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1") with { Delay = TimeSpan.FromSeconds(1) });
        await requester.PublishConfirmedAsync(Command("2") with { Delay = TimeSpan.FromSeconds(2) });

        Assert.True(Faults.DeleteQueue(Commands));
        Harness.Time.Advance(TimeSpan.FromSeconds(1));
        await DeclareAsync();
        Harness.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(WaitingIds(WireNames.DelayLost));
        Assert.Equal(["1", "2"], WaitingIds(Commands).Order(StringComparer.Ordinal));
    }
}
