namespace Messaging.Testing.Brokers;

/// <summary>What makes a node one of a cluster.</summary>
/// <param name="Cluster">The beginning of every node's name.</param>
/// <param name="Cookie">The secret that the nodes share.</param>
internal sealed record ClusterMembership(string Cluster, string Cookie)
{
    /// <summary>A node without sight of the majority serves nobody, rather than a truth of its own.</summary>
    public string Configuration => "cluster_partition_handling = pause_minority\n";

    /// <summary>Puts the secret where Erlang looks for it, and refuses it if others could read it.</summary>
    public void WriteCookie(string home)
    {
        var path = Path.Combine(home, ".erlang.cookie");
        File.WriteAllText(path, Cookie);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
        }
    }
}
