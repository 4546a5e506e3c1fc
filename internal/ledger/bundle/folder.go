package bundle

// Folder is a folder in the making for what is smaller than a bundle and handed over like one: a receipt, certificates of
// erasure. It stands under a hidden name, readable by its owner only, until Publish; what a killed process leaves is taken
// away by whoever writes to the same place next.
type Folder struct{ bag *bag }

// NewFolder begins a folder at dir, which must not exist. Errors are of class Output: out_exists, out_symlink, out_open.
func NewFolder(dir string) (*Folder, error) {
	b, err := begin(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{b}, nil
}

// Put writes a whole file, and the folders above it. Error: class Output, out_write.
func (f *Folder) Put(name string, content []byte) error { return f.bag.put(name, content) }

// Publish makes everything durable and gives the folder its name. The list that the folder was begun with goes: here it
// only marked the folder as ours. Errors are of class Output: out_exists when the name was taken meanwhile, out_write.
func (f *Folder) Publish() error {
	b := f.bag
	b.letGo()
	if err := syncAll(b.root); err != nil { // the long part, while a sweep still knows whose the folder is
		return b.write(err)
	}
	if err := b.list.f.Close(); err != nil {
		return b.write(err)
	}
	if err := b.root.Remove(manifest); err != nil {
		return b.write(err)
	}
	return b.publish()
}

// Discard leaves nothing behind. After Publish it does nothing.
func (f *Folder) Discard() { f.bag.discard() }
