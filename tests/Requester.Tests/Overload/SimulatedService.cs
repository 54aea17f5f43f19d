namespace Messaging.Overload;

/// <summary>
/// Requesters that share a service's workers, without any of the rest: calls come evenly, wait in line for their
/// requester's limit, then in the workers' queue for a slot, and are answered with how long that was. Time is virtual.
/// </summary>
internal sealed class SimulatedService
{
    private const double StepMs = 0.25;

    private readonly Random _random = new(7);
    private readonly Queue<Sent> _queue = new();
    private readonly List<Party> _parties = [];
    private readonly PriorityQueue<Sent, double> _running = new();

    public int Slots { get; set; } = 8;

    public double HandlerMs { get; set; } = 20;

    /// <summary>How long a message is on its way, once.</summary>
    public double WayMs { get; set; } = 0.5;

    public double DeadlineMs { get; set; } = 1000;

    public double Now { get; private set; }

    /// <summary>What could be answered a second.</summary>
    public double Capacity => Slots / HandlerMs * 1000;

    public IReadOnlyList<Party> Parties => _parties;

    /// <summary>How many calls wait for a slot.</summary>
    public int Queued => _queue.Count;

    public Party Add(double perSecond)
    {
        var party = new Party { PerSecond = perSecond };
        _parties.Add(party);
        return party;
    }

    /// <summary>Lets so many seconds pass, and counts what was answered in them.</summary>
    public void Run(double seconds)
    {
        foreach (var party in _parties)
        {
            party.Answered = 0;
        }

        for (var end = Now + (seconds * 1000); Now < end; Now += StepMs)
        {
            while (_running.TryPeek(out var sent, out var at) && at <= Now)
            {
                _running.Dequeue();
                Answer(sent);
            }

            while (_running.Count < Slots && _queue.TryPeek(out var next) && next.At + WayMs <= Now)
            {
                _queue.Dequeue();
                if (Now - next.At < DeadlineMs)
                {
                    _running.Enqueue(next with { WaitMs = Now - next.At }, Now + (HandlerMs * (0.75 + (_random.NextDouble() / 2))));
                }
                else
                {
                    next.Party.UnderWay--;
                    next.Party.Lost++;
                }
            }

            var first = _random.Next(_parties.Count);
            for (var i = 0; i < _parties.Count; i++)
            {
                Send(_parties[(first + i) % _parties.Count]);
            }
        }
    }

    private void Answer(Sent sent)
    {
        var party = sent.Party;
        party.Answered += Now - sent.At <= DeadlineMs ? 1 : 0;
        var wait = Math.Floor(sent.WaitMs);
        if (wait > 0 || !party.Limit.IsOpen)
        {
            party.Limit.OnAnswer(new Answer(Now, sent.At, wait, Now - sent.At - wait, Refused: false, party.UnderWay));
        }

        party.UnderWay--;
    }

    private void Send(Party party)
    {
        party.Due += party.PerSecond * StepMs / 1000;

        // Who has waited for longer has given up.
        party.Due = Math.Min(party.Due, party.PerSecond * DeadlineMs / 1000);
        while (party.Due >= 1)
        {
            if (party.UnderWay >= party.Limit.Current)
            {
                party.Limit.OnReached(Now);
                if (party.UnderWay >= party.Limit.Current)
                {
                    return;
                }
            }

            party.Due--;
            party.UnderWay++;
            party.Most = Math.Max(party.Most, party.UnderWay);
            _queue.Enqueue(new Sent(party, Now, 0));
        }
    }

    internal sealed class Party
    {
        public AdaptiveLimit Limit { get; } = new(10_000);

        /// <summary>How many calls it makes a second.</summary>
        public double PerSecond { get; set; }

        public int UnderWay { get; set; }

        /// <summary>Calls that wait in line.</summary>
        public double Due { get; set; }

        public int Answered { get; set; }

        public int Lost { get; set; }

        public int Most { get; set; }
    }

    private readonly record struct Sent(Party Party, double At, double WaitMs);
}
