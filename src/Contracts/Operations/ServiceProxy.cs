using System.ComponentModel;

namespace Messaging;

/// <summary>The base of generated proxies.</summary>
/// <param name="invoker">The door that the proxy calls.</param>
/// <param name="options">What all calls of this proxy do differently; null for nothing.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ServiceProxy(IOperationInvoker invoker, CallOptions? options)
{
    /// <summary>The door that the proxy calls.</summary>
    public IOperationInvoker Invoker { get; } = invoker;

    /// <summary>What all calls of this proxy do differently; null for nothing.</summary>
    public CallOptions? Options { get; } = options;

    /// <summary>Makes a proxy of the same contract whose calls do what <paramref name="options"/> says.</summary>
    /// <param name="options">What is set here wins; headers are merged.</param>
    /// <returns>The new proxy.</returns>
    public abstract ServiceProxy With(CallOptions options);

    /// <summary>Lays <paramref name="options"/> over this proxy's own.</summary>
    /// <param name="options">What is set here wins; headers are merged.</param>
    /// <returns>The merged options.</returns>
    public CallOptions Merge(CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Over(Options);
    }
}
