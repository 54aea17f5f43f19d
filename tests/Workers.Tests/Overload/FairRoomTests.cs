using Messaging.Pipeline;

namespace Messaging.Overload;

public sealed class FairRoomTests
{
    private const long Ms = 1000;

    [Fact]
    public void Senders_take_turns_and_of_each_the_newest_goes_first()
    {
        var room = Room();
        Add(room, "flood", 1, 2, 3, 4);
        Add(room, "quiet", 5);
        Add(room, "other", 6, 7);

        Assert.Equal(["flood4", "quiet5", "other7", "flood3", "other6", "flood2", "flood1"], TakeAll(room));
        Assert.Equal((0, 0), (room.Count, room.Messages));
    }

    [Fact]
    public void Who_comes_back_has_its_turn_behind_those_who_wait()
    {
        var room = Room();
        Add(room, "a", 1, 2);
        Add(room, "b", 3);
        Assert.Equal("a2", room.TakeNext()!.Method);
        Assert.Equal("b3", room.TakeNext()!.Method);
        Add(room, "b", 4);

        Assert.Equal(["a1", "b4"], TakeAll(room));
    }

    [Fact]
    public void What_can_not_be_answered_in_time_is_taken_from_who_has_the_most_and_nothing_else_is()
    {
        // 100 a second are begun: 50 of them last half a second.
        var room = Room();
        room.Rate = 100;
        Add(room, "quiet", timeoutMs: 1000, number: 0);
        for (var number = 1; number < 50; number++)
        {
            Add(room, "flood", timeoutMs: 1000, number);
        }

        Assert.Null(room.TakeHopeless(nowUs: 0));
        Assert.Null(room.TakeHopeless(nowUs: 499 * Ms));
        Assert.Equal("flood1", room.TakeHopeless(nowUs: 501 * Ms)!.Method);
        Assert.Null(room.TakeHopeless(nowUs: 501 * Ms));
        Assert.Equal(49, room.Count);
    }

    [Fact]
    public void Nothing_but_what_has_ended_is_hopeless_while_nobody_knows_how_many_are_begun()
    {
        var room = Room();
        Add(room, "a", 1, 2, 3);

        Assert.Null(room.TakeHopeless(nowUs: 999 * Ms));
        Assert.Equal("a1", room.TakeHopeless(nowUs: 1000 * Ms)!.Method);
    }

    [Fact]
    public void A_full_room_keeps_who_has_not_waited_for_long()
    {
        var room = Room(maxMessages: 3);
        Add(room, "a", 1, 2, 3, 4);
        foreach (var number in Enumerable.Range(5, 2))
        {
            room.Add(Known("a", number), nowUs: 0);
        }

        // Of the first nobody knows how long they were on their way.
        Assert.Equal("a1", room.TakeHopeless(nowUs: 0)!.Method);
        Assert.Equal("a2", room.TakeHopeless(nowUs: 0)!.Method);
        Assert.Equal("a3", room.TakeHopeless(nowUs: 0)!.Method);
        Assert.Null(room.TakeHopeless(nowUs: 0));

        foreach (var number in Enumerable.Range(7, 2))
        {
            room.Add(Known("a", number), nowUs: 0);
        }

        Assert.Equal("a4", room.TakeHopeless(nowUs: 0)!.Method);
        Assert.Null(room.TakeHopeless(nowUs: 249 * Ms));
        Assert.Equal("a5", room.TakeHopeless(nowUs: 251 * Ms)!.Method);
        Assert.Null(room.TakeHopeless(nowUs: 251 * Ms));
    }

    [Fact]
    public void A_room_holds_no_more_bytes_than_it_should()
    {
        var room = Room();
        for (var number = 0; number < 3; number++)
        {
            room.Add(WaitingCalls.Make("a", $"a{number}", bytes: 30 * 1024 * 1024), nowUs: 0);
        }

        Assert.Equal("a0", room.TakeHopeless(nowUs: 0)!.Method);
        Assert.Null(room.TakeHopeless(nowUs: 0));
    }

    [Fact]
    public void Everybody_is_looked_through_from_time_to_time()
    {
        var room = Room();
        Add(room, "a", 1, 2, 3);
        Add(room, "b", timeoutMs: 100, number: 4);
        Add(room, "", timeoutMs: null, number: 5);
        var refused = new Queue<WorkerCall>();

        room.TakeAllHopeless(nowUs: 100 * Ms, refused);

        Assert.Equal(["b4"], refused.Select(static call => call.Method!));
        Assert.Equal(4, room.Count);
        Assert.Equal(["a3", "5", "a2", "a1"], TakeAll(room));
    }

    private static FairRoom Room(int maxMessages = 1000) => new(maxMessages);

    private static void Add(FairRoom room, string sender, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            Add(room, sender, timeoutMs: 1000, number);
        }
    }

    private static void Add(FairRoom room, string sender, int? timeoutMs, int number) =>
        room.Add(WaitingCalls.Make(sender, $"{sender}{number}", timeoutMs), nowUs: 0);

    private static WorkerCall Known(string sender, int number)
    {
        var call = WaitingCalls.Make(sender, $"{sender}{number}");
        call.Delivery.Sender = new SenderClock(sender);
        call.Delivery.LateBy = call.Delivery.Sender.OnMessage(now: 1, sent: 1, out _);
        return call;
    }

    private static List<string> TakeAll(FairRoom room)
    {
        var taken = new List<string>();
        while (room.TakeNext() is { } call)
        {
            taken.Add(call.Method!);
        }

        return taken;
    }
}
