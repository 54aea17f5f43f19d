using System.Globalization;
using Messaging.Faults.Parties;

namespace Messaging.Faults.Overload;

/// <summary>A worker or a caller in a process of its own.</summary>
internal sealed class RemoteParty(PartyProcess process) : IOverloadParty
{
    public string Name => process.Name;

    public async Task<long> ObeyAsync(LoadOrder order, CancellationToken cancellationToken)
    {
        await process.SayAsync(order.ToString(), cancellationToken);
        return long.Parse(await process.ReadLineAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await process.SayAsync(OverloadParty.End, cancellationToken);
        var answer = await process.ReadLineAsync(cancellationToken);
        if (answer is not OverloadParty.Ended)
        {
            throw new InvalidOperationException($"{Name} answered '{answer}' to its end.");
        }

        await process.WhenExitedAsync();
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
