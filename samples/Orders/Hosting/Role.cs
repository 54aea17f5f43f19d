namespace Orders.Hosting;

/// <summary>What a process of the sample does.</summary>
internal enum Role
{
    /// <summary>Everything at once: the web app, three workers and some traffic.</summary>
    All,

    /// <summary>The web app.</summary>
    Web,

    /// <summary>One worker.</summary>
    Worker,
}
