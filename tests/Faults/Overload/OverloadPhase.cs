namespace Messaging.Faults.Overload;

/// <summary>The phases of a run, in their order.</summary>
public enum OverloadPhase
{
    /// <summary>Nothing of it counts: code is compiled, connections open.</summary>
    WarmUp = 0,

    /// <summary>Those who will flood call in a closed loop that keeps every slot busy and no more: what is answered is the capacity.</summary>
    Capacity,

    /// <summary>Only the bystander calls.</summary>
    Alone,

    /// <summary>All call, far below the capacity.</summary>
    Before,

    /// <summary>Some flood.</summary>
    Overload,

    /// <summary>As <see cref="Before"/>.</summary>
    After,

    /// <summary>Nobody calls any more.</summary>
    End,
}
