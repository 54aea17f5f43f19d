using Messaging.Transport;

namespace Messaging.Catalogue;

/// <summary>A link that has called the roll.</summary>
internal sealed class CatalogueLink : ILink
{
    private readonly ICatalogueLink _link;

    private CatalogueLink(ICatalogueLink link, Task answered)
    {
        _link = link;
        Answered = answered;
    }

    public Task<LinkLoss> Lost => _link.Lost;

    /// <summary>Completes when those who are there have had time to say so.</summary>
    public Task Answered { get; }

    /// <summary>Makes one attempt, and asks who is there.</summary>
    public static async ValueTask<CatalogueLink> OpenAsync(
        ITransport transport, ICatalogueSink sink, TimeSpan answerTime, TimeProvider time, CancellationToken cancellationToken)
    {
        var link = await transport.OpenCatalogueAsync(sink, cancellationToken).ConfigureAwait(false);
        try
        {
            await link.CallRollAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new CatalogueLink(link, Task.Delay(answerTime, time, CancellationToken.None));
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
