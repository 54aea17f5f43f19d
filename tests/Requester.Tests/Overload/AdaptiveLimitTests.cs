namespace Messaging.Overload;

public sealed class AdaptiveLimitTests
{
    private const double Fair = 1.5;

    private readonly SimulatedService _service = new();

    public static TheoryData<double, int, double, int> Overloads => new()
    {
        { 2, 1, 20, 8 }, { 2, 2, 20, 8 }, { 2, 8, 20, 8 }, { 10, 1, 20, 8 }, { 10, 8, 20, 8 }, { 50, 1, 20, 8 }, { 50, 8, 20, 8 }, { 10, 16, 20, 8 },

        // Quick handlers, slow ones, many slots.
        { 2, 1, 10, 80 }, { 4, 8, 10, 80 }, { 2, 1, 300, 8 }, { 4, 4, 300, 8 }, { 3, 1, 20, 200 }, { 3, 8, 20, 200 },
    };

    [Theory]
    [MemberData(nameof(Overloads))]
    public void Requesters_that_want_more_than_there_is_share_it_and_leave_none_of_it_unused(double factor, int requesters, double handlerMs, int slots)
    {
        (_service.HandlerMs, _service.Slots) = (handlerMs, slots);
        AddMany(requesters, factor);

        _service.Run(3);
        _service.Run(8);

        Tell();
        var answered = _service.Parties.Select(party => party.Answered).ToList();
        Assert.InRange(answered.Sum(), 0.97 * 8 * _service.Capacity, 8.2 * _service.Capacity);
        Assert.InRange(answered.Max() / (double)answered.Min(), 1, Fair);
        Assert.All(_service.Parties, party => Assert.InRange(party.Limit.WaitMs, 0, 100 + (handlerMs / 2)));
    }

    [Fact]
    public void From_the_first_second_on_nearly_all_that_can_be_is_answered()
    {
        AddMany(8, 0.5);
        _service.Run(2);
        AddMany(8, 10);

        for (var second = 0; second < 4; second++)
        {
            _service.Run(1);
            Tell();
            Assert.InRange(_service.Parties.Sum(party => party.Answered), 0.9 * _service.Capacity, 1.1 * _service.Capacity);
        }
    }

    [Fact]
    public void A_requester_that_comes_late_has_its_share_soon()
    {
        AddMany(3, 3);
        _service.Run(5);
        var late = _service.Add(_service.Capacity);

        _service.Run(1);
        Tell();
        _service.Run(2);
        Tell();

        Assert.InRange(late.Answered, _service.Capacity * 2 / 4 / Fair, _service.Capacity * 2 / 4 * Fair);
    }

    [Fact]
    public void Who_wants_less_than_its_share_has_all_of_it_beside_a_flood()
    {
        _service.Add(20 * _service.Capacity);
        var modest = Enumerable.Range(0, 3).Select(_ => _service.Add(_service.Capacity / 10)).ToList();
        _service.Run(3);

        _service.Run(5);
        Tell();

        Assert.All(modest, party => Assert.InRange(party.Answered, 0.95 * 5 * _service.Capacity / 10, 5.2 * _service.Capacity / 10));
        Assert.InRange(_service.Parties.Sum(party => party.Answered), 0.97 * 5 * _service.Capacity, 5.2 * _service.Capacity);
    }

    [Fact]
    public void The_limit_is_lifted_when_the_overload_has_ended()
    {
        AddMany(4, 5);
        _service.Run(5);
        Assert.All(_service.Parties, party => Assert.False(party.Limit.IsOpen));

        SetAll(0.5);
        _service.Run(2);
        Tell();

        Assert.All(_service.Parties, party => Assert.True(party.Limit.IsOpen));
        Assert.All(_service.Parties, party => Assert.Equal(0, (int)party.Due));
    }

    [Fact]
    public void Workers_that_are_added_are_used_within_a_second()
    {
        AddMany(4, 15);
        _service.Run(5);
        _service.Slots *= 10;

        _service.Run(1);
        Tell();
        _service.Run(1);
        Tell();

        Assert.InRange(_service.Parties.Sum(party => party.Answered), 0.95 * _service.Capacity, 1.05 * _service.Capacity);
    }

    [Fact]
    public void Workers_that_go_leave_no_long_queue_behind()
    {
        _service.Slots = 80;
        AddMany(4, 2);
        _service.Run(5);
        _service.Slots = 8;

        _service.Run(1.5);
        Tell();
        _service.Run(1);
        Tell();

        Assert.InRange(_service.Parties.Sum(party => party.Answered), 0.95 * _service.Capacity, 1.1 * _service.Capacity);
        Assert.InRange(_service.Queued, 0, 60);
    }

    [Fact]
    public void After_a_burst_there_is_soon_no_limit()
    {
        var party = _service.Add(_service.Capacity / 10);
        _service.Run(1);
        party.Due += 30;

        _service.Run(0.7);

        Tell();
        Assert.True(party.Limit.IsOpen);
        Assert.Equal(0, (int)party.Due);
    }

    [Fact]
    public void A_long_way_to_the_workers_is_no_overload()
    {
        _service.WayMs = 80;
        AddMany(1, 0.6);
        _service.Run(5);

        _service.Run(5);

        Tell();
        Assert.InRange(_service.Parties[0].Answered, 0.98 * 5 * 0.6 * _service.Capacity, 1.02 * 5 * 0.6 * _service.Capacity);
    }

    [Fact]
    public void While_nobody_answers_a_few_calls_go_on_looking()
    {
        var limit = new AdaptiveLimit(10_000);

        for (var now = 0; now < 10_000; now++)
        {
            limit.OnAnswer(new Answer(now + 1000, now, 1000, 0, Refused: true, limit.Current));
        }

        Assert.InRange(limit.Current, 1, 16);
        Assert.False(limit.IsOpen);

        // They are back, and quick.
        for (var now = 10_000; !limit.IsOpen; now += 10)
        {
            Assert.InRange(now, 0, 11_000);
            limit.OnReached(now);
            for (var answers = limit.Current; answers > 0; answers--)
            {
                limit.OnAnswer(new Answer(now + 10, now, 0, 10, Refused: false, limit.Current));
            }
        }
    }

    [Fact]
    public void Refusals_alone_set_a_limit()
    {
        var limit = new AdaptiveLimit(10_000);

        for (var now = 0; now < 1000; now++)
        {
            limit.OnAnswer(new Answer(now + 2, now, 0, 2, Refused: now % 2 == 0, 500));
        }

        Assert.InRange(limit.Current, 1, 50);
    }

    private void AddMany(int requesters, double factor)
    {
        for (var i = 0; i < requesters; i++)
        {
            _service.Add(factor * _service.Capacity / requesters);
        }
    }

    private void SetAll(double factor)
    {
        foreach (var party in _service.Parties)
        {
            party.PerSecond = factor * _service.Capacity / _service.Parties.Count;
        }
    }

    private void Tell() => TestContext.Current.TestOutputHelper!.WriteLine(string.Join(
        " | ", _service.Parties.Select(party => $"{party.Answered} limit {party.Limit.Current} wait {party.Limit.WaitMs:0} due {party.Due:0} lost {party.Lost}")) + $" queued {_service.Queued} capacity {_service.Capacity}");
}
