namespace Vmspawn.Varlink.Tests;

/// <summary>Tests that open sockets run one after the other, since some of them count descriptors.</summary>
[CollectionDefinition(nameof(Sockets), DisableParallelization = true)]
public class Sockets;
