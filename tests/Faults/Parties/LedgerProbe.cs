using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>Serves the contract and writes every effect down before it reports it done.</summary>
internal sealed class LedgerProbe(IEffects effects, IOptions<PartyOptions> options) : IProbe
{
    public async Task<Answer> AskAsync(Question request, CancellationToken cancellationToken)
    {
        await BeginAsync(request.Id, cancellationToken);
        return new Answer(request.Id);
    }

    public async IAsyncEnumerable<Answer> WatchAsync(Question request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            yield return new Answer(number.ToString(CultureInfo.InvariantCulture));
            if (options.Value.Handling > TimeSpan.Zero)
            {
                await Task.Delay(options.Value.Handling, cancellationToken);
            }
        }
    }

    public async Task DoAsync(Job command, CancellationToken cancellationToken)
    {
        await BeginAsync(command.Id, cancellationToken);
        switch (command.Kind)
        {
            case JobKind.Fails:
                throw new InvalidOperationException("This job was asked to fail.");
            case JobKind.Kills:
                Process.GetCurrentProcess().Kill();
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
                break;
            default:
                await effects.WriteAsync(command.Id, cancellationToken);
                break;
        }
    }

    private async Task BeginAsync(string id, CancellationToken cancellationToken)
    {
        if (options.Value.Announces)
        {
            Console.WriteLine(id);
        }

        if (options.Value.Handling > TimeSpan.Zero)
        {
            await Task.Delay(options.Value.Handling, cancellationToken);
        }
    }
}
