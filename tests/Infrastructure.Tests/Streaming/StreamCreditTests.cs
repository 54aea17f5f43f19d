using Messaging.Streaming;

namespace Messaging.Tests.Streaming;

public sealed class StreamCreditTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sender_waits_for_credit_and_goes_on_when_it_comes()
    {
        var credit = new StreamCredit();
        var waiting = credit.WaitAsync(Token).AsTask();
        Assert.False(waiting.IsCompleted);

        credit.Grant(new StreamWindow(1, 100));
        await waiting;
        Assert.Equal(1, credit.Spend(10));

        Assert.False(credit.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public void Items_and_bytes_both_bound_it()
    {
        var credit = new StreamCredit();
        credit.Grant(new StreamWindow(10, 5));
        Assert.True(credit.WaitAsync(Token).AsTask().IsCompleted);
        credit.Spend(5);

        Assert.False(credit.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public void A_credit_that_comes_late_takes_nothing_away()
    {
        var credit = new StreamCredit();
        credit.Grant(new StreamWindow(10, 1000));
        credit.Grant(new StreamWindow(5, 500));
        for (var sent = 0; sent < 9; sent++)
        {
            credit.Spend(1);
        }

        Assert.True(credit.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_wait_for_credit_can_be_cancelled()
    {
        var credit = new StreamCredit();
        using var cancel = new CancellationTokenSource();
        var waiting = credit.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Bytes_that_are_no_credit_are_refused(int length) => Assert.False(StreamWindow.TryRead(new byte[length], out _));

    [Fact]
    public void A_negative_credit_is_refused()
    {
        var bytes = new byte[StreamWindow.WireBytes];
        new StreamWindow(-1, 5).Write(bytes);
        Assert.False(StreamWindow.TryRead(bytes, out _));

        new StreamWindow(3, 5).Write(bytes);
        Assert.True(StreamWindow.TryRead(bytes, out var credit));
        Assert.Equal(new StreamWindow(3, 5), credit);
    }
}
