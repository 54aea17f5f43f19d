using Messaging.Streaming;

namespace Messaging.Tests.Streaming;

public sealed class StreamInboxTests
{
    private readonly List<StreamWindow> _granted = [];

    [Fact]
    public void Only_the_next_item_is_admitted()
    {
        var inbox = Inbox(items: 10);
        Put(inbox, 1);

        Assert.Equal(StreamAdmission.Gap, inbox.Admit(1));
        Assert.Equal(StreamAdmission.Gap, inbox.Admit(3));
        Assert.Equal(StreamAdmission.Admitted, inbox.Admit(2));
    }

    [Fact]
    public void What_exceeds_the_window_is_an_overrun()
    {
        var inbox = Inbox(items: 2);
        Put(inbox, 1);
        Put(inbox, 2);

        Assert.Equal(StreamAdmission.Overrun, inbox.Admit(3));
    }

    [Fact]
    public void One_item_may_exceed_the_bytes_and_none_comes_after_it()
    {
        var inbox = Inbox(items: 10, bytes: 100);
        Put(inbox, 1, bytes: 5000);

        Assert.Equal(StreamAdmission.Overrun, inbox.Admit(2));
        Assert.True(inbox.TryRead(out _));
        Assert.Equal([new StreamWindow(11, 5100)], _granted);
        Assert.Equal(StreamAdmission.Admitted, inbox.Admit(2));
    }

    [Fact]
    public void Reading_grants_anew_half_a_window_at_a_time()
    {
        var inbox = Inbox(items: 10);
        for (uint number = 1; number <= 10; number++)
        {
            Put(inbox, number);
        }

        for (var read = 0; read < 10; read++)
        {
            Assert.True(inbox.TryRead(out _));
        }

        Assert.Equal([15, 20], _granted.Select(credit => credit.Items));
    }

    [Fact]
    public async Task What_waits_is_read_before_the_failure()
    {
        var inbox = Inbox(items: 10);
        Put(inbox, 1);
        inbox.End(new InvalidOperationException("later"));

        Assert.True(await inbox.WaitToReadAsync());
        Assert.True(inbox.TryRead(out var item));
        Assert.Equal(1u, item);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await inbox.WaitToReadAsync());
        Assert.Equal("later", failure.Message);
        Assert.Equal(StreamAdmission.Ended, inbox.Admit(2));
    }

    [Fact]
    public async Task An_end_at_once_drops_what_waits()
    {
        var inbox = Inbox(items: 10);
        Put(inbox, 1);
        inbox.End(new OperationCanceledException(), atOnce: true);

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await inbox.WaitToReadAsync());
    }

    [Fact]
    public async Task A_waiting_reader_is_told_of_an_item_and_of_the_end()
    {
        var inbox = Inbox(items: 10);
        var waiting = inbox.WaitToReadAsync().AsTask();
        Put(inbox, 1);
        Assert.True(await waiting);
        Assert.True(inbox.TryRead(out _));

        waiting = inbox.WaitToReadAsync().AsTask();
        inbox.End(failure: null);
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Only_the_first_end_counts()
    {
        var inbox = Inbox(items: 10);
        inbox.End(failure: null);
        inbox.End(new InvalidOperationException("too late"));

        Assert.False(await inbox.WaitToReadAsync());
    }

    [Theory]
    [InlineData(1, 1u)]
    [InlineData(int.MaxValue, (uint)int.MaxValue)]
    [InlineData(int.MaxValue + 1L, 0u)]
    [InlineData(int.MaxValue + 2L, 1u)]
    public void Numbers_begin_again_after_the_largest(long place, uint number) => Assert.Equal(number, StreamSequence.Of(place));

    private StreamInbox<uint> Inbox(int items, int bytes = 1_000_000) => new(new StreamWindow(items, bytes), _granted.Add);

    private static void Put(StreamInbox<uint> inbox, uint number, int bytes = 1)
    {
        Assert.Equal(StreamAdmission.Admitted, inbox.Admit(number));
        inbox.Add(number, bytes);
    }
}
