using System.ComponentModel;

namespace Messaging;

/// <summary>Ties a contract interface to its generated contract. Written by the generator, read at registration.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public abstract class GeneratedContractAttribute : Attribute
{
    private protected GeneratedContractAttribute()
    {
    }

    /// <summary>The contract interface.</summary>
    public abstract Type ServiceType { get; }

    internal abstract object CreateContract();
}

/// <summary>Ties <typeparamref name="TService"/> to its generated <typeparamref name="TContract"/>.</summary>
/// <typeparam name="TService">The contract interface.</typeparam>
/// <typeparam name="TContract">The generated contract.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GeneratedContractAttribute<TService, TContract> : GeneratedContractAttribute
    where TService : class
    where TContract : ServiceContract<TService>, new()
{
    /// <inheritdoc/>
    public override Type ServiceType => typeof(TService);

    internal override object CreateContract() => new TContract();
}
