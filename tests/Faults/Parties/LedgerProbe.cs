using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging.Faults.Mischief;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>Serves the contract and writes every effect down before it reports it done.</summary>
internal sealed class LedgerProbe(IEffects effects, HandlerMischief mischief, IOptions<PartyOptions> options) : IProbe
{
    private readonly PartyOptions _options = options.Value;

    public async Task<Answer> AskAsync(Question request, CancellationToken cancellationToken)
    {
        await BeginAsync(request.Id, request.IsSlow, cancellationToken);
        mischief.SpoilReply();
        return new Answer(request.Id);
    }

    public Task<Answer> RecallAsync(Question request, CancellationToken cancellationToken) => AskAsync(request, cancellationToken);

    public async IAsyncEnumerable<Answer> WatchAsync(Question request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            mischief.Throw();
            yield return new Answer(number.ToString(CultureInfo.InvariantCulture));
            if (_options.Handling > TimeSpan.Zero)
            {
                await Task.Delay(_options.Handling, cancellationToken);
            }
        }
    }

    public async Task DoAsync(Job command, CancellationToken cancellationToken)
    {
        await BeginAsync(command.Id, command.Kind == JobKind.Slow, cancellationToken);
        switch (command.Kind)
        {
            case JobKind.Fails:
                throw new InvalidOperationException("This job was asked to fail.");
            case JobKind.Kills:
                Process.GetCurrentProcess().Kill();
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
                break;
            default:
                await EndAsync(command.Id, cancellationToken);
                break;
        }
    }

    public Task DoOnceAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

    public Task UrgeAsync(Job command, CancellationToken cancellationToken) => DoAsync(command, cancellationToken);

    public Task ArrangeAsync(OrderedJob command, CancellationToken cancellationToken) => DoAsync(new Job(command.Id), cancellationToken);

    private async Task BeginAsync(string id, bool isSlow, CancellationToken cancellationToken)
    {
        if (_options.Announces)
        {
            Console.WriteLine(id);
        }

        mischief.Throw();
        if (isSlow)
        {
            await StoppedWork.DoAsync(_options.SlowHandling, id[^1], cancellationToken);
        }
        else if (_options.Handling > TimeSpan.Zero)
        {
            await Task.Delay(_options.Handling, cancellationToken);
        }
    }

    private async Task EndAsync(string id, CancellationToken cancellationToken)
    {
        await effects.WriteAsync(id, cancellationToken);
        mischief.Throw();
    }
}
