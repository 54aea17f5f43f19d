using Messaging.Transport;

namespace Messaging.RabbitMq.Tests;

public sealed class ConfirmTableTests
{
    private readonly ConfirmTable _table = new();

    private PendingConfirm Add(string queue = "q", string? id = null) => _table.Add(queue, id)!;

    private static TransportFailure FailureOf(PendingConfirm pending) =>
        Assert.IsType<TransportException>(pending.Task.Exception?.InnerException).Failure;

    [Fact]
    public void A_single_confirm_settles_its_own_and_no_other()
    {
        var messages = Enumerable.Range(0, 3).Select(_ => Add()).ToArray();

        _table.Ack(2, multiple: false);

        Assert.Equal([false, true, false], messages.Select(one => one.Task.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_multiple_confirm_settles_all_up_to_it_and_skips_what_is_settled()
    {
        var messages = Enumerable.Range(0, 4).Select(_ => Add()).ToArray();

        _table.Nack(2, multiple: false);
        _table.Ack(3, multiple: true);

        Assert.Equal(TransportFailure.Refused, FailureOf(messages[1]));
        Assert.Equal([true, false, true, false], messages.Select(one => one.Task.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_returned_message_is_unroutable_whatever_its_confirm_says()
    {
        var first = Add("nobody", "same");
        var other = Add("somebody", "same");
        var second = Add("nobody", "same");

        _table.Return("same", "nobody");
        _table.Return("same", "nobody");
        _table.Ack(3, multiple: true);

        Assert.Equal(TransportFailure.Unroutable, FailureOf(first));
        Assert.Equal(TransportFailure.Unroutable, FailureOf(second));
        Assert.True(other.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void Confirms_in_any_order_of_more_messages_than_were_expected_are_kept_apart()
    {
        const int Count = 1_000;
        for (var round = 0; round < 3; round++)
        {
            var messages = Enumerable.Range(0, Count).Select(_ => Add()).ToArray();
            var tags = Enumerable.Range(1, Count).Select(tag => (ulong)((round * Count) + tag)).ToArray();
            Random.Shared.Shuffle(tags);
            foreach (var tag in tags)
            {
                _table.Ack(tag, multiple: false);
            }

            Assert.All(messages, one => Assert.True(one.Task.IsCompletedSuccessfully));
        }
    }

    [Fact]
    public void A_message_that_was_not_handed_over_gives_its_number_to_the_next()
    {
        var withdrawn = Add();
        _table.Withdraw(withdrawn);
        var next = Add();

        _table.Ack(1, multiple: false);

        Assert.True(next.Task.IsCompletedSuccessfully);
        Assert.False(withdrawn.Task.IsCompleted);
    }

    [Fact]
    public void Confirms_of_what_was_never_published_or_is_settled_change_nothing()
    {
        var only = Add();

        _table.Ack(0, multiple: false);
        _table.Ack(7, multiple: true);
        _table.Nack(ulong.MaxValue, multiple: false);
        Assert.False(only.Task.IsCompleted);
        _table.Ack(1, multiple: false);
        _table.Nack(1, multiple: false);

        Assert.True(only.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void All_that_wait_fail_when_the_table_closes_and_nothing_is_added_any_more()
    {
        var settled = Add();
        var waiting = Add("orders.commands");
        _table.Ack(1, multiple: false);

        _table.Close(queue => new TransportException(TransportFailure.Unknown, queue));
        _table.Ack(2, multiple: true);

        Assert.True(settled.Task.IsCompletedSuccessfully);
        Assert.Equal(TransportFailure.Unknown, FailureOf(waiting));
        Assert.Null(_table.Add("q", messageId: null));
    }
}
