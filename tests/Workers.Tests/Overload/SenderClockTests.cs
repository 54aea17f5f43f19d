namespace Messaging.Overload;

public sealed class SenderClockTests
{
    private const long Ms = 1000;
    private const long Second = 1000 * Ms;
    private const long Day = 86_400 * Second;

    [Theory]
    [InlineData(Day)]
    [InlineData(-Day)]
    public void An_answer_tells_how_long_what_came_before_it_had_waited(long apart)
    {
        // The sender's clock shows our time and so much more.
        var clock = new SenderClock("r");
        var now = 2 * Day;
        var late = clock.OnMessage(now, now - (2 * Second) + apart, out var ask);
        Assert.True(ask);
        Assert.Equal(0, clock.WaitOf(late));

        clock.OnAnswer(asked: now, told: now + (2 * Ms) + apart, now: now + (4 * Ms));

        Assert.InRange(clock.WaitOf(late), (2 * Second) - (2 * Ms), (2 * Second) + (2 * Ms));
    }

    [Fact]
    public void Without_an_answer_the_quickest_message_is_the_measure()
    {
        var clock = new SenderClock("r");
        clock.OnMessage(Day + (40 * Ms), 0, out _);
        clock.OnMessage(Day + Second + Ms, Second, out _);

        var late = clock.OnMessage(Day + (3 * Second) + (300 * Ms), 3 * Second, out _);

        Assert.InRange(clock.WaitOf(late), 297 * Ms, 299 * Ms);
    }

    [Fact]
    public void The_best_of_several_answers_counts()
    {
        var clock = new SenderClock("r");
        var late = clock.OnMessage(Day, -Second + Day, out _);
        clock.OnAnswer(asked: Day, told: Day + (2 * Ms), now: Day + (400 * Ms));
        clock.OnAnswer(asked: Day + Second, told: Day + Second + Ms, now: Day + Second + (2 * Ms));
        clock.OnAnswer(asked: Day + (2 * Second), told: Day + (2 * Second) + (390 * Ms), now: Day + (2 * Second) + (400 * Ms));

        Assert.InRange(clock.WaitOf(late), Second - (2 * Ms), Second + (2 * Ms));
    }

    [Theory]
    [InlineData(-10 * Second)]
    [InlineData(10 * Second)]
    public void A_clock_that_stood_still_is_right_again_with_the_next_answer(long jump)
    {
        var clock = new SenderClock("r");
        clock.OnMessage(Day, Day, out _);
        clock.OnAnswer(Day, Day + Ms, Day + (2 * Ms));

        var now = Day + (60 * Second);
        var late = clock.OnMessage(now, now + jump, out var ask);
        Assert.True(ask);
        clock.OnAnswer(now, now + Ms + jump, now + (2 * Ms));

        Assert.InRange(clock.WaitOf(late), 0, 2 * Ms);
    }

    [Fact]
    public void A_clock_that_drifts_is_followed_without_answers()
    {
        // Ours is quicker by 100 parts in a million: an hour makes 360 ms.
        var clock = new SenderClock("r");
        var late = 0L;
        for (var second = 0L; second <= 3600; second++)
        {
            late = clock.OnMessage(Day + (second * (Second + 100)), second * Second, out _);
        }

        Assert.InRange(clock.WaitOf(late), 0, 5 * Ms);
    }

    [Fact]
    public void It_is_asked_at_first_and_then_rarely_and_soon_again_where_waits_are_long()
    {
        var clock = new SenderClock("r");
        Assert.True(Asks(clock, Day));
        clock.OnAnswer(Day, Day + Ms, Day + (2 * Ms));
        Assert.True(Asks(clock, Day + Second));
        clock.OnAnswer(Day + Second, Day + Second + Ms, Day + Second + (2 * Ms));
        Assert.True(Asks(clock, Day + (2 * Second)));
        clock.OnAnswer(Day + (2 * Second), Day + (2 * Second) + Ms, Day + (2 * Second) + (2 * Ms));

        Assert.False(Asks(clock, Day + (4 * Second)));
        Assert.True(Asks(clock, Day + (5 * Second), wait: 500 * Ms));
        Assert.False(Asks(clock, Day + (5 * Second) + Ms, wait: 500 * Ms));
        clock.OnAnswer(Day + (5 * Second), Day + (5 * Second) + Ms, Day + (5 * Second) + (2 * Ms));
        Assert.False(Asks(clock, Day + (34 * Second)));
        Assert.True(Asks(clock, Day + (36 * Second)));
    }

    [Fact]
    public void Who_never_answers_is_asked_ever_more_rarely()
    {
        var clock = new SenderClock("r");
        var asked = 0;
        for (var second = 0; second < 600; second++)
        {
            asked += Asks(clock, Day + (second * Second)) ? 1 : 0;
        }

        Assert.InRange(asked, 15, 30);
    }

    [Fact]
    public void It_is_sure_for_a_while_after_an_answer()
    {
        var clock = new SenderClock("r");
        Assert.False(clock.IsSure(Day));
        clock.OnAnswer(Day, Day, Day + Ms);
        Assert.True(clock.IsSure(Day + Second));
        Assert.False(clock.IsSure(Day + (10 * Second)));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData((1L << 61) - 1)]
    public void The_ends_of_the_range_overflow_nothing(long sent)
    {
        var clock = new SenderClock("r");
        var late = clock.OnMessage(Day, sent, out _);
        clock.OnAnswer(Day, sent == 0 ? (1L << 61) - 1 : 0, Day + Ms);
        clock.OnAnswer(Day, sent, Day + Ms);

        Assert.InRange(clock.WaitOf(late), 0, 2 * Ms);
    }

    private static bool Asks(SenderClock clock, long now, long wait = 0)
    {
        clock.OnMessage(now, now - wait, out var ask);
        return ask;
    }
}
