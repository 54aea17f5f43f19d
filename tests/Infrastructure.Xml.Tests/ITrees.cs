using Google.Protobuf.WellKnownTypes;

namespace Messaging.Xml;

[Service("trees")]
public interface ITrees
{
    Task<Tree> EchoAsync(Tree request, CancellationToken cancellationToken = default);

    Task TouchAsync(Tree request, CancellationToken cancellationToken = default);

    Task<Tree?> FindAsync(Tree? request, CancellationToken cancellationToken = default);

    Task<Leaf> PickAsync(Leaf request, CancellationToken cancellationToken = default);

    Task<StringValue> NameAsync(StringValue request, CancellationToken cancellationToken = default);
}

public sealed class Tree
{
    public string? Name { get; set; }

    public int Height { get; set; }

    public List<Tree> Branches { get; set; } = [];
}

/// <summary>A type that XML can't make: it has no constructor without parameters.</summary>
public sealed record Leaf(string Colour);

public sealed class TreesHandler : ITrees
{
    public Task<Tree> EchoAsync(Tree request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task TouchAsync(Tree request, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Tree?> FindAsync(Tree? request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<Leaf> PickAsync(Leaf request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<StringValue> NameAsync(StringValue request, CancellationToken cancellationToken) => Task.FromResult(request);
}
