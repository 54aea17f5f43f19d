using Messaging.Health;

namespace Messaging.Outbox;

/// <summary>Says in the health checks that the outbox waits for its database. That the broker is away, the requester says.</summary>
internal sealed class OutboxHealth(Participants participants) : IParticipant
{
    private volatile string? _reason;

    ParticipantHealth IParticipant.Health => new("outbox", ParticipantState.Ready, 0, LastFailure: null) { Trouble = $"It waits for its database: {_reason}" };

    public void Waits(string reason)
    {
        _reason = reason;
        participants.Add(this);
    }

    public void GoesOn()
    {
        if (_reason is not null)
        {
            _reason = null;
            participants.Remove(this);
        }
    }
}
