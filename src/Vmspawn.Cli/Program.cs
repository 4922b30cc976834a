Console.WriteLine("vmspawn");
